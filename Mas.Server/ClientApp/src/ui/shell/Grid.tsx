import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { ChatWindow } from '../../state/chatWindow';
import { openDialog, showFriends, showList, view, windowDrag } from '../../state/view';
import { useClient } from '../context';
import { Pane } from '../pane/Pane';
import { Icon } from '../parts/Icon';
import { Logo } from '../parts/Logo';
import { orderedWindows } from './order';

/** Several conversations side by side; on a phone below each other. */
export function Grid() {
  if (!view.phone.value) return <Windows />;
  return (
    <section class="page" aria-labelledby="grid-title">
      <header class="pane-head">
        <button type="button" class="icon-button" aria-label={t('common.back')} onClick={showList}>
          <Icon name="back" />
        </button>
        <h2 id="grid-title" class="pane-title">
          {t('side.desktop')}
        </h2>
      </header>
      <Windows />
    </section>
  );
}

function Windows() {
  const client = useClient();
  const shown = orderedWindows(client.store).filter(window => window.visible.value);
  if (client.store.windows.value.length === 0) return <Welcome />;
  if (shown.length === 0) return <EmptyGrid />;
  const rows = new Map<number, ChatWindow[]>();
  for (const window of shown) rows.set(window.row.value, [...(rows.get(window.row.value) ?? []), window]);
  return (
    <div class="grid" aria-label={t('grid.label')} role="group">
      {[...rows.entries()]
        .sort(([a], [b]) => a - b)
        .map(([row, windows]) => (
          <DropRow key={row} row={row} class="grid-row">
            {windows.map(window => (
              <Pane key={window.id} window={window} full={false} />
            ))}
          </DropRow>
        ))}
      {view.dragging.value && (
        <DropRow row={Math.max(...rows.keys()) + 1} class="grid-new-row">
          {t('grid.newRow')}
        </DropRow>
      )}
    </div>
  );
}

/** A drop target for a dragged window. */
function DropRow({ row, class: className, children }: { row: number; class: string; children: ComponentChildren }) {
  const client = useClient();
  const [over, setOver] = useState(false);
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const window = client.store.window(Number(event.dataTransfer?.getData(windowDrag) || 'NaN'));
    if (window && window.row.peek() !== row) await client.updateWindow(window, { row });
  };
  return (
    <div
      class={`${className} ${over ? 'drop' : ''}`}
      onDragOver={event => {
        if (!event.dataTransfer?.types.includes(windowDrag)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => void drop(event)}
    >
      {children}
    </div>
  );
}

function EmptyGrid() {
  return (
    <div class="empty">
      <Logo size={56} />
      <h2>{t('grid.empty.title')}</h2>
      <p>{t('grid.empty.text')}</p>
    </div>
  );
}

function Welcome() {
  return (
    <div class="empty">
      <Logo size={64} />
      <h2>{t('home.title')}</h2>
      <p>{t('home.text')}</p>
      <div class="empty-actions">
        <button type="button" class="button primary" onClick={() => openDialog({ name: 'join', tab: 'group' })}>
          <Icon name="plus" /> {t('home.join')}
        </button>
        <button type="button" class="button" onClick={() => openDialog({ name: 'join', tab: 'irc' })}>
          <Icon name="hash" /> {t('home.irc')}
        </button>
        <button type="button" class="button" onClick={showFriends}>
          <Icon name="people" /> {t('home.friend')}
        </button>
      </div>
    </div>
  );
}
