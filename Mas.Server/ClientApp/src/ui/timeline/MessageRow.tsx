import { t } from '../../i18n';
import { clock, fullTime, machineTime, shortClock } from '../../i18n/time';
import type { Category, WireMessage } from '../../protocol/messages';
import { type ChatWindow, serverUserId } from '../../state/chatWindow';
import type { ChatClient } from '../../state/client';
import { preferences } from '../../state/settings';
import type { Store } from '../../state/store';
import { view } from '../../state/view';
import { parseInlines } from '../../text/markup';
import { hueOf } from '../../text/names';
import { personActions } from '../pane/person';
import { Avatar } from '../parts/Avatar';
import { Menu } from '../parts/Menu';
import { drawBody, Inlines } from './Body';
import { EditBox } from './EditBox';
import { type ActionsState, drawActions, useActions } from './messageActions';
import { noiseVerb } from './noiseVerb';

interface MessageProps {
  client: ChatClient;
  window: ChatWindow;
  message: WireMessage;
  continued: boolean;
  /** The key of its row; null inside a folded row. */
  rowKey: string | null;
}

export function drawMessage(props: MessageProps) {
  const Form = formOf(props.message.cat);
  return <Form key={props.rowKey ?? props.message.gid} {...props} />;
}

function formOf(cat: Category) {
  if (cat === 'msg' || cat === 'notice') return SpokenRow;
  return cat === 'action' ? ActionRow : EventRow;
}

function SpokenRow({ client, window, message, continued, rowKey }: MessageProps) {
  const { store } = client;
  const actions = useActions();
  const edited = view.editing.value;
  const editing = edited !== null && edited.windowId === window.id && edited.gid === message.gid;
  const mentioned =
    !store.isMe(message.userId) &&
    !window.isServer &&
    message.status !== 'deleted' &&
    store.mentionsMe(window.network, message.body);
  const content = editing ? <EditBox window={window} message={message} /> : drawSpoken(store, window, message);
  // The time under a name is drawn only for the pointer or the focus. Screen readers always get it.
  const timed = actions.near || editing;
  const place = !continued ? 'first' : timed ? 'continued' : 'continued untimed';
  return (
    // Focusable, so that Tab or a tap shows its actions where nothing hovers.
    <article
      tabIndex={0}
      class={`${rowClass(rowKey, actions)} ${place} ${mentioned ? 'mentioned' : ''} ${message.cat}`}
      aria-description={continued ? clock(message.ts, preferences.value.timeFormat) : undefined}
      data-key={rowKey}
      data-gid={message.gid}
      onPointerMove={actions.approach}
      onFocusCapture={actions.approach}
    >
      {continued ? (
        timed && drawTime(message.ts, 'side-time')
      ) : (
        <Avatar userId={message.userId} network={window.network} />
      )}
      {continued ? (
        content
      ) : (
        <div class="message-main">
          <div class="message-head">
            <Author client={client} window={window} message={message} />
            {message.cat === 'notice' && <span class="tag">{t('msg.notice')}</span>}
            {drawTime(message.ts, 'message-time')}
          </div>
          {content}
        </div>
      )}
      {!editing && message.status !== 'deleted' && drawActions(client, window, message, actions)}
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
      <span
        class="edited"
        title={t('msg.editedAt', { time: fullTime(message.updatedTs ?? message.ts, preferences.value.timeFormat) })}
      >
        ({t('msg.edited')})
      </span>
    ),
  });
}

function ActionRow({ client, window, message, rowKey }: MessageProps) {
  const { store } = client;
  const actions = useActions();
  const deleted = message.status === 'deleted';
  return (
    <article
      tabIndex={0}
      class={`${rowClass(rowKey, actions)} action`}
      data-key={rowKey}
      data-gid={message.gid}
      onPointerMove={actions.approach}
      onFocusCapture={actions.approach}
    >
      {drawTime(message.ts, 'side-time')}
      <div class="message-main">
        <div class="body">
          <span class="action-star" aria-hidden="true">
            ✳
          </span>{' '}
          <Author client={client} window={window} message={message} />{' '}
          {deleted ? (
            <span class="gone">{t('msg.deleted')}</span>
          ) : (
            <Inlines
              inlines={parseInlines(message.body, { mentions: store.mentionPattern(window.network) })}
              network={window.network}
            />
          )}
        </div>
      </div>
      {!deleted && drawActions(client, window, message, actions)}
    </article>
  );
}

/** An event such as a join or a kick, or a line of the server. */
function EventRow({ client: { store }, window, message, rowKey }: MessageProps) {
  const cameOrWent = message.cat === 'join' || message.cat === 'part' || message.cat === 'quit';
  // Events read "who did what"; lines of the server stand alone.
  // A nick change names both nicks itself.
  const told =
    message.cat === 'kick' ||
    (message.cat === 'info' && message.userId !== serverUserId && !/^\S+ is now known as \S+$/.test(message.body));
  const inlines = parseInlines(message.body);
  const name = store.nick(message.userId, window.network);
  return (
    <article class={`${rowClass(rowKey)} event ${message.cat}`} data-key={rowKey} data-gid={message.gid}>
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

function rowClass(rowKey: string | null, actions?: ActionsState): string {
  return `message${rowKey === null ? '' : ' timeline-row'}${actions?.menuOf ? ' menu-open' : ''}`;
}

function Author({ client, window, message }: { client: ChatClient; window: ChatWindow; message: WireMessage }) {
  const name = client.store.nick(message.userId, window.network);
  const role = window.members.value.get(message.userId);
  return (
    <Menu
      class={`author hue-text-${hueOf(message.userId)}`}
      named
      label={t('members.menu', { name })}
      items={() => personActions(client, window, message.userId)}
    >
      <bdi>{name}</bdi>
      {role !== undefined && role !== 'u' && (
        <span class="role-mark" aria-hidden="true">
          {role}
        </span>
      )}
    </Menu>
  );
}

/** The full time beside the author, a short one in the narrow column. */
function drawTime(ts: number, className: 'message-time' | 'side-time') {
  const { timeFormat } = preferences.value;
  return (
    <time class={className} dateTime={machineTime(ts)} title={fullTime(ts, timeFormat)}>
      {className === 'side-time' ? shortClock(ts, timeFormat) : clock(ts, timeFormat)}
    </time>
  );
}
