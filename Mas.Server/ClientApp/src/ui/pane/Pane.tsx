import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { ChatWindow } from '../../state/chatWindow';
import { masNetwork } from '../../state/store';
import { openDialog, openWindow, showGrid, showList, toggleMembers, view, windowDrag } from '../../state/view';
import { stripFormatting } from '../../text/mirc';
import { Composer } from '../composer/Composer';
import { useClient } from '../context';
import { Icon } from '../parts/Icon';
import { Menu } from '../parts/Menu';
import { WindowSign } from '../parts/WindowSign';
import { Timeline } from '../timeline/Timeline';
import { TypingLine } from './TypingLine';

export function Pane({ window, full }: { window: ChatWindow; full: boolean }) {
  const { store } = useClient();
  const element = useRef<HTMLElement>(null);
  const [near, setNear] = useState(full);
  // A layout effect: others end after the pane is gone, and messages would count as seen.
  useLayoutEffect(() => {
    const observer = new IntersectionObserver(entries => {
      window.onScreen.value = entries.at(-1)!.isIntersecting;
    });
    observer.observe(element.current!);
    return () => {
      observer.disconnect();
      window.onScreen.value = false;
    };
  }, []);
  // Panes below the visible part of the grid are not drawn.
  useEffect(() => {
    if (near) return undefined;
    const observer = new IntersectionObserver(entries => setNear(entries.at(-1)!.isIntersecting), {
      root: element.current!.closest('.grid'),
      rootMargin: '400px 0px',
    });
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [near]);
  const activate = () => {
    if (view.active.peek() !== window.id) view.active.value = window.id;
  };
  return (
    <section
      ref={element}
      class={`pane ${full ? 'full' : 'tile'} ${view.active.value === window.id ? 'active' : ''}`}
      data-window={window.id}
      aria-label={store.title(window)}
      onFocusCapture={activate}
      onPointerDown={activate}
    >
      <Head window={window} full={full} />
      {near ? <Timeline window={window} /> : <div class="timeline-box" />}
      <TypingLine window={window} />
      <Composer window={window} autofocus={full} />
    </section>
  );
}

function Head({ window, full }: { window: ChatWindow; full: boolean }) {
  const client = useClient();
  const title = client.store.title(window);
  const { topic } = window;
  return (
    <header
      class="pane-head"
      draggable={!full}
      onDragStart={event => {
        event.dataTransfer?.setData(windowDrag, String(window.id));
        // Chrome cancels a drag when the page changes during its first event.
        setTimeout(() => (view.dragging.value = true));
      }}
      onDragEnd={() => (view.dragging.value = false)}
      onDblClick={() => (full ? showGrid() : openWindow(window.id))}
    >
      {full && (
        <button type="button" class="icon-button phone-only" aria-label={t('common.back')} onClick={showList}>
          <Icon name="back" />
        </button>
      )}
      <span class="pane-icon">
        <WindowSign window={window} />
      </span>
      <h2 class="pane-title">
        {full ? (
          title.replace(/^#(?!#)/, '')
        ) : (
          <button
            type="button"
            class="pane-title-button"
            title={t('pane.maximise')}
            onClick={() => openWindow(window.id)}
          >
            {title.replace(/^#(?!#)/, '')}
          </button>
        )}
      </h2>
      {window.network !== masNetwork && !window.isServer && (
        <span class="pane-network" title={window.network}>
          {window.network}
        </span>
      )}
      {window.type === 'group' && (full || topic.value !== '') ? (
        <button
          type="button"
          class="pane-topic"
          title={stripFormatting(topic.value)}
          aria-label={`${t('details.topic')}: ${stripFormatting(topic.value) || t('pane.topic.none')}`}
          onClick={() => openDialog({ name: 'details', windowId: window.id })}
        >
          {stripFormatting(topic.value) || t('pane.topic.none')}
        </button>
      ) : (
        <span class="pane-topic-space" />
      )}
      {full && window.type === 'group' && (
        <button
          type="button"
          class="icon-button"
          aria-label={t('pane.members')}
          title={t('pane.members')}
          aria-pressed={view.members.value}
          onClick={toggleMembers}
        >
          <Icon name="people" />
        </button>
      )}
      <button
        type="button"
        class="icon-button desktop-only"
        aria-label={full ? t('pane.restore') : t('pane.maximise')}
        title={full ? t('pane.restore') : t('pane.maximise')}
        onClick={() => (full ? showGrid() : openWindow(window.id))}
      >
        <Icon name={full ? 'restore' : 'maximise'} />
      </button>
      <PaneMenu window={window} title={title} />
    </header>
  );
}

function PaneMenu({ window, title }: { window: ChatWindow; title: string }) {
  const client = useClient();
  const muted = !window.sounds.value && !window.titleAlert.value;
  const change = (fields: Parameters<typeof client.updateWindow>[1]) => void client.updateWindow(window, fields);
  const close = () => void client.request({ type: 'CLOSE', windowId: window.id }, false);
  return (
    <Menu
      label={t('pane.menu', { name: title })}
      items={() => [
        window.type === 'group' && {
          label: t('pane.details'),
          run: () => openDialog({ name: 'details', windowId: window.id }),
        },
        window.visible.peek()
          ? { label: t('pane.hide'), run: () => change({ visible: false }) }
          : { label: t('pane.show'), run: () => change({ visible: true }) },
        window.visible.peek() &&
          window.row.peek() > 0 && { label: t('pane.rowUp'), run: () => change({ row: window.row.peek() - 1 }) },
        window.visible.peek() && { label: t('pane.rowDown'), run: () => change({ row: window.row.peek() + 1 }) },
        muted
          ? { label: t('pane.unmute'), run: () => change({ sounds: true, titleAlert: true }) }
          : { label: t('pane.mute'), run: () => change({ sounds: false, titleAlert: false }) },
        { label: t('pane.markRead'), run: () => client.markSeen(window) },
        window.isDirect &&
          window.network !== masNetwork && {
            label: t('pane.whois'),
            run: () => void client.request({ type: 'WHOIS', network: window.network, nick: title }, false),
          },
        window.type === 'group'
          ? {
              label: t('pane.leave', { name: title }),
              danger: true,
              run: () => openDialog({ name: 'leave', windowId: window.id }),
            }
          : { label: t('pane.closeChat'), danger: true, run: close },
      ]}
    >
      <Icon name="more" />
    </Menu>
  );
}
