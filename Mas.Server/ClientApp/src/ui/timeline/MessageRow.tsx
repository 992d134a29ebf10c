import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { clock, fullTime, shortClock } from '../../i18n/time';
import type { WireMessage } from '../../protocol/messages';
import { type ChatWindow, serverUserId } from '../../state/chatWindow';
import { preferences } from '../../state/settings';
import { type Store, masNetwork } from '../../state/store';
import { openDialog, view } from '../../state/view';
import { stripFormatting } from '../../text/mirc';
import { hueOf } from '../../text/names';
import { useClient } from '../context';
import { personActions } from '../pane/person';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';
import { Menu } from '../parts/Menu';
import { Inlines, drawBody } from './Body';
import { EditBox } from './EditBox';
import { copy } from './copy';
import { noiseVerb } from './noiseVerb';
import { parseInlines } from '../../text/markup';

interface MessageProps {
  window: ChatWindow;
  message: WireMessage;
  continued: boolean;
}

/** One message, in the form that its category asks for. */
export function drawMessage(props: MessageProps) {
  switch (props.message.cat) {
    case 'msg':
    case 'notice':
      return <SpokenRow {...props} />;
    case 'action':
      return <ActionRow {...props} />;
    default:
      return <EventRow {...props} />;
  }
}

function SpokenRow({ window, message, continued }: MessageProps) {
  const { store } = useClient();
  const [near, approach] = useNearness();
  const editing = view.editing.value?.windowId === window.id && view.editing.value.gid === message.gid;
  const mentioned = !store.isMe(message.userId) && !window.isServer && message.status !== 'deleted' && store.mentionsMe(window.network, message.body);
  return (
    // A tap gives it the focus, and so shows its actions where nothing hovers.
    <article tabIndex={-1} class={`message ${continued ? 'continued' : 'first'} ${mentioned ? 'mentioned' : ''} ${message.cat}`} data-gid={message.gid} {...approach}>
      {continued ? drawTime(message.ts, 'side-time') : <Avatar userId={message.userId} network={window.network} />}
      <div class="message-main">
        {!continued && (
          <div class="message-head">
            <Author window={window} message={message} />
            {message.cat === 'notice' && <span class="tag">{t('msg.notice')}</span>}
            {drawTime(message.ts, 'message-time')}
          </div>
        )}
        {editing ? <EditBox window={window} message={message} /> : drawSpoken(store, window, message)}
        {!editing && message.status !== 'deleted' && <Actions window={window} message={message} near={near} />}
      </div>
    </article>
  );
}

function drawSpoken(store: Store, window: ChatWindow, message: WireMessage) {
  if (message.status === 'deleted') return <div class="body gone">{t('msg.deleted')}</div>;
  return drawBody({
    body: message.body,
    network: window.network,
    mentions: store.isMe(message.userId) ? null : store.mentionPattern(window.network),
    children: message.status === 'edited' && (
      <span class="edited" title={t('msg.editedAt', { time: fullTime(message.updatedTs ?? message.ts, preferences.value.timeFormat) })}>
        ({t('msg.edited')})
      </span>
    ),
  });
}

function ActionRow({ window, message }: MessageProps) {
  const { store } = useClient();
  const [near, approach] = useNearness();
  const deleted = message.status === 'deleted';
  return (
    <article tabIndex={-1} class="message action" data-gid={message.gid} {...approach}>
      {drawTime(message.ts, 'side-time')}
      <div class="message-main">
        <div class="body">
          <span class="action-star" aria-hidden="true">
            ✳
          </span>{' '}
          <Author window={window} message={message} />{' '}
          {deleted ? <span class="gone">{t('msg.deleted')}</span> : <Inlines inlines={parseInlines(message.body, { mentions: store.mentionPattern(window.network) })} network={window.network} />}
        </div>
        {!deleted && <Actions window={window} message={message} near={near} />}
      </div>
    </article>
  );
}

/** What happened, as against what was said: joins, kicks, the server's own words. */
function EventRow({ window, message }: MessageProps) {
  const { store } = useClient();
  const cameOrWent = message.cat === 'join' || message.cat === 'part' || message.cat === 'quit';
  // Others' doings are told as "who did what"; the server's own words stand for themselves.
  // A change of nick names both the old and the new one itself.
  const told = message.cat === 'kick' || (message.cat === 'info' && message.userId !== serverUserId && !/^\S+ is now known as \S+$/.test(message.body));
  const inlines = parseInlines(message.body);
  const name = store.nick(message.userId, window.network);
  return (
    <article class={`message event ${message.cat}`} data-gid={message.gid}>
      {drawTime(message.ts, 'side-time')}
      <div class="message-main">
        <div class="body">
          {cameOrWent && (
            <>
              <strong>{name}</strong> {noiseVerb(message.cat)}
              {message.body !== '' && ': '}
            </>
          )}
          {told && (
            <>
              <strong>{name}</strong> {message.cat === 'kick' && `${t('msg.kicked')} `}
            </>
          )}
          <Inlines inlines={inlines} network={window.network} />
        </div>
      </div>
    </article>
  );
}

function Author({ window, message }: { window: ChatWindow; message: WireMessage }) {
  const client = useClient();
  const name = client.store.nick(message.userId, window.network);
  const role = window.members.value.get(message.userId);
  return (
    <Menu class={`author hue-text-${hueOf(message.userId)}`} named label={t('members.menu', { name })} items={() => personActions(client, window, message.userId)}>
      <bdi>{name}</bdi>
      {role !== undefined && role !== 'u' && (
        <span class="role-mark" aria-hidden="true">
          {role}
        </span>
      )}
    </Menu>
  );
}

/** The time of a message: in full beside the author, short in the narrow column of those that follow. */
function drawTime(ts: number, className: 'message-time' | 'side-time') {
  const { timeFormat } = preferences.value;
  return (
    <time class={className} dateTime={new Date(ts * 1000).toISOString()} title={fullTime(ts, timeFormat)}>
      {className === 'side-time' ? shortClock(ts, timeFormat) : clock(ts, timeFormat)}
    </time>
  );
}

/** Whether the pointer or the focus was ever at a row, and what the row has to listen to for that. */
function useNearness() {
  const [near, setNear] = useState(false);
  const come = near ? undefined : () => setNear(true);
  return [near, { onPointerEnter: come, onFocusCapture: come }] as const;
}

/**
 * What can be done with a message. Until somebody comes near it is a bare button, there for the keyboard and for screen
 * readers: all that the others need would be most of what a message costs to draw.
 */
function Actions({ window, message, near }: { window: ChatWindow; message: WireMessage; near: boolean }) {
  const client = useClient();
  const mine = client.store.isMe(message.userId) && window.network === masNetwork;
  return (
    <div class="message-actions">
      {near && mine && message.cat === 'msg' && (
        <button type="button" class="icon-button" aria-label={t('msg.edit')} title={t('msg.edit')} onClick={() => (view.editing.value = { windowId: window.id, gid: message.gid })}>
          <Icon name="edit" size={16} />
        </button>
      )}
      <Menu
        label={t('msg.actions')}
        items={() => [
          { label: t('msg.copy'), run: () => void copy(stripFormatting(message.body)) },
          mine && message.cat === 'msg' && { label: t('msg.edit'), run: () => (view.editing.value = { windowId: window.id, gid: message.gid }) },
          mine && { label: t('msg.delete'), danger: true, run: () => openDialog({ name: 'deleteMessage', windowId: window.id, gid: message.gid }) },
        ]}
      >
        {near && <Icon name="more" size={16} />}
      </Menu>
    </div>
  );
}
