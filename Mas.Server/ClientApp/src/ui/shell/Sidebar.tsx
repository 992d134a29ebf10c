import { t } from '../../i18n';
import { install } from '../../notify/install';
import type { ChatWindow } from '../../state/chatWindow';
import { masNetwork } from '../../state/store';
import { openDialog, openWindow, showFriends, showGrid, view, windowsInSight } from '../../state/view';
import { draftOf } from '../composer/drafts';
import { useClient } from '../context';
import { controlKey, focusComposer } from '../keys';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';
import { Logo } from '../parts/Logo';
import { Menu } from '../parts/Menu';
import { WindowSign } from '../parts/WindowSign';
import { groupByNetwork, type NetworkGroup } from './order';

/** All windows by network, with their unread counts. */
export function Sidebar() {
  const client = useClient();
  const { store } = client;
  return (
    <nav class="sidebar" aria-label={t('side.label')} data-region>
      <div class="side-head">
        <Logo size={28} />
        <h1 class="side-brand">MAS</h1>
        <button
          type="button"
          class="icon-button"
          aria-label={t('side.join')}
          title={t('side.join')}
          onClick={() => openDialog({ name: 'join' })}
        >
          <Icon name="plus" />
        </button>
      </div>
      <button type="button" class="side-search" onClick={() => openDialog({ name: 'palette' })}>
        <Icon name="search" size={16} />
        <span>{t('side.search')}</span>
        <kbd>{controlKey} K</kbd>
      </button>
      <div class="side-scroll">
        <ul class="side-list">
          <li>
            <button
              type="button"
              class="side-item"
              aria-current={view.main.value === 'grid' ? 'page' : undefined}
              onClick={showGrid}
            >
              <Icon name="grid" />
              <span class="side-name">{t('side.desktop')}</span>
            </button>
          </li>
          <li>
            <button
              type="button"
              class="side-item"
              aria-current={view.main.value === 'friends' ? 'page' : undefined}
              onClick={showFriends}
            >
              <Icon name="people" />
              <span class="side-name">{t('side.friends')}</span>
              {store.friendRequests.value.length > 0 && (
                <span class="badge mention">
                  <span class="hidden">{t('friends.requests')}: </span>
                  {store.friendRequests.value.length}
                </span>
              )}
            </button>
          </li>
        </ul>
        {groupByNetwork(store).map(group => (
          <Network key={group.network} group={group} />
        ))}
      </div>
      <Me />
    </nav>
  );
}

function Network({ group: { network, windows } }: { group: NetworkGroup }) {
  const client = useClient();
  const state = client.store.networks.value.find(other => other.name === network)?.state;
  const irc = network !== masNetwork;
  const stateText =
    state === 'connected' ? t('net.connected') : state === 'connecting' ? t('net.connecting') : t('net.disconnected');
  const call = (type: 'CONNECT' | 'DISCONNECT') => void client.request({ type, network }, false);
  return (
    <section class="side-network" aria-label={irc ? t('side.state', { network, state: stateText }) : network}>
      <div class="side-network-head">
        {irc && <span class={`net-dot ${state ?? 'disconnected'}`} title={stateText} />}
        <h2>{network}</h2>
        <span class="side-network-tools">
          {irc && (
            <Menu
              label={t('side.networkMenu', { network })}
              items={() => [
                state === 'disconnected' || !state
                  ? { label: t('side.connect'), run: () => call('CONNECT') }
                  : { label: t('side.disconnect'), run: () => call('DISCONNECT') },
                { label: t('side.joinOn', { network }), run: () => openDialog({ name: 'join', tab: 'irc', network }) },
                { label: t('side.networkLogin'), run: () => openDialog({ name: 'networkLogin', network }) },
              ]}
            >
              <Icon name="more" size={16} />
            </Menu>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={irc ? t('side.joinOn', { network }) : t('side.join')}
            title={irc ? t('side.joinOn', { network }) : t('side.join')}
            onClick={() => openDialog(irc ? { name: 'join', tab: 'irc', network } : { name: 'join' })}
          >
            <Icon name="plus" size={16} />
          </button>
        </span>
      </div>
      <ul class="side-list">
        {windows.map(window => (
          <li key={window.id}>
            <WindowItem window={window} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function WindowItem({ window }: { window: ChatWindow }) {
  const { store } = useClient();
  const { count, mentions } = window.unread.value;
  const muted = !window.sounds.value && !window.titleAlert.value;
  const active = view.active.value === window.id && view.main.value !== 'friends';
  const current = active && view.main.value === 'window';
  // The focused window's draft is visible anyway.
  const draft = !(active && windowsInSight()) && draftOf(store.me.value, window.id).value.trim() !== '';
  const title = store.title(window);
  return (
    <button
      type="button"
      class={`side-item ${count > 0 && !muted ? 'unread' : ''} ${muted ? 'muted' : ''} ${active ? 'active' : ''}`}
      aria-current={current ? 'page' : undefined}
      title={title}
      onClick={() => {
        openWindow(window.id);
        if (matchMedia('(hover: hover)').matches) focusComposer(window.id);
      }}
    >
      <WindowSign window={window} size={16} />
      <span class="side-name">{window.isServer ? t('side.server') : title.replace(/^#(?!#)/, '')}</span>
      {muted && <Icon name="mute" size={14} />}
      {muted && <span class="hidden">{t('side.muted')}</span>}
      {draft && <Icon name="edit" size={14} />}
      {draft && <span class="hidden">{t('side.draft')}</span>}
      {count > 0 && (
        <span class={`badge ${mentions > 0 ? 'mention' : ''}`}>
          <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
          <span class="hidden">
            {t('side.unread', { count })}
            {mentions > 0 ? `, ${t('side.mentioned')}` : ''}
          </span>
        </span>
      )}
    </button>
  );
}

function Me() {
  const client = useClient();
  const { store } = client;
  const me = store.me.value;
  const nick = store.nick(me, masNetwork);
  const online = client.connection.value === 'online';
  return (
    <div class="side-me">
      <Avatar userId={me} network={masNetwork} size="large" />
      <div class="side-me-text">
        <span class="side-me-nick">{nick}</span>
        <span class="side-me-state">{online ? t('net.connected') : t('net.connecting')}</span>
      </div>
      <Menu
        label={t('side.profile', { nick })}
        items={() => [
          { label: t('side.settings'), run: () => openDialog({ name: 'settings' }) },
          { label: t('side.help'), run: () => openDialog({ name: 'keys' }) },
          install.value && { label: t('app.install'), run: install.value },
          { label: t('side.logout'), run: () => void client.logOut() },
        ]}
      >
        <Icon name="more" />
      </Menu>
      <button
        type="button"
        class="icon-button"
        aria-label={t('side.settings')}
        title={t('side.settings')}
        onClick={() => openDialog({ name: 'settings' })}
      >
        <Icon name="sliders" />
      </button>
    </div>
  );
}
