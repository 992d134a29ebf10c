import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { showList, view, windowsInSight } from '../../state/view';
import { useClient } from '../context';
import { Dialogs } from '../dialogs/Dialogs';
import { FriendsPage } from '../friends/FriendsPage';
import { MembersPanel } from '../pane/MembersPanel';
import { Pane } from '../pane/Pane';
import { Banner } from './Banner';
import { Grid } from './Grid';
import { Sidebar } from './Sidebar';

export function Shell() {
  const client = useClient();
  const main = view.main.value;
  const active = client.store.window(view.active.value);
  useMarkerCare();
  const single = main === 'window' && active !== undefined;
  return (
    // On a phone the list replaces the main part, for screen readers too.
    <div
      class={`shell ${view.listOpen.value ? 'list-open' : 'content-open'}`}
      role={windowsInSight() ? undefined : 'main'}
    >
      <a class="skip" href="#content">
        {t('app.skip')}
      </a>
      <Sidebar />
      <main id="content" class="content" tabIndex={-1} data-region>
        {/* The page's heading stands in the list, which a phone doesn't show beside a conversation. */}
        {view.phone.value && <h1 class="hidden">MAS</h1>}
        <Banner />
        <div class="stage" onTouchStart={swipe.start} onTouchEnd={swipe.end}>
          {main === 'friends' ? (
            <FriendsPage />
          ) : single ? (
            <>
              <Pane key={active.id} window={active} full />
              {view.members.value && active.type === 'group' && <MembersPanel window={active} />}
            </>
          ) : (
            <Grid />
          )}
        </div>
      </main>
      <Dialogs />
    </div>
  );
}

/** Leaving a window that has been read removes its "new" line. */
function useMarkerCare(): void {
  const client = useClient();
  const before = useRef<number | null>(null);
  const id = view.main.value === 'friends' ? null : view.active.value;
  useEffect(() => {
    const left = client.store.window(before.current);
    if (left && left.unread.peek().count === 0) left.marker.value = null;
    before.current = id;
  }, [id]);
}

const swipe = {
  x: 0,
  y: 0,
  fromEdge: false,
  start: (event: TouchEvent) => {
    const touch = event.touches[0]!;
    swipe.x = touch.clientX;
    swipe.y = touch.clientY;
    swipe.fromEdge = touch.clientX < 48;
  },
  end: (event: TouchEvent) => {
    const touch = event.changedTouches[0]!;
    const across = touch.clientX - swipe.x;
    if (
      swipe.fromEdge &&
      across > 70 &&
      Math.abs(touch.clientY - swipe.y) < across &&
      view.phone.peek() &&
      windowsInSight()
    )
      showList();
  },
};
