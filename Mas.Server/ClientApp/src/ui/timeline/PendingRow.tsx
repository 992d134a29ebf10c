import { statusText, t } from '../../i18n';
import type { ChatWindow } from '../../state/chatWindow';
import type { PendingMessage } from '../../state/outgoing';
import { spokenText } from '../../state/spoken';
import { hueOf } from '../../text/names';
import { useClient } from '../context';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';
import { waitingText } from '../parts/waitingText';
import { drawBody } from './Body';

/** A message that the server has not acknowledged yet. */
export function PendingRow({
  rowKey,
  window,
  pending,
  continued,
}: {
  rowKey: string;
  window: ChatWindow;
  pending: PendingMessage;
  continued: boolean;
}) {
  const client = useClient();
  const me = client.store.me.value;
  const spoken = spokenText(pending.text);
  const plain = continued || spoken?.cat === 'action';
  const nick = client.store.nick(me, window.network);
  return (
    <article
      class={`timeline-row message ${plain ? 'continued' : 'first'} pending ${pending.state}`}
      data-key={rowKey}
      data-rid={pending.rid}
    >
      {plain ? <span class="side-time" /> : <Avatar userId={me} network={window.network} />}
      <div class="message-main">
        {!plain && (
          <div class="message-head">
            <span class={`author hue-text-${hueOf(me)}`}>{nick}</span>
          </div>
        )}
        {drawBody({
          body: spoken?.cat === 'action' ? `${nick} ${spoken.body}` : (spoken?.body ?? pending.text),
          network: window.network,
          mentions: null,
          children: <State pending={pending} />,
        })}
      </div>
    </article>
  );
}

function State({ pending }: { pending: PendingMessage }) {
  const client = useClient();
  if (pending.state !== 'failed') {
    const text = pending.state === 'waiting' ? waitingText(client) : t('msg.sending');
    return (
      <span class="send-state" title={text}>
        <Icon name="clock" size={13} />
        <span class={pending.state === 'waiting' ? '' : 'hidden'}>{text}</span>
      </span>
    );
  }
  return (
    <div class="send-failed" role="alert">
      <Icon name="alert" size={15} />
      <span>{t('msg.failed', { reason: statusText(pending.status ?? 'ERROR', pending.errorMsg) })}</span>
      <button type="button" class="link" onClick={() => client.retrySend(pending)}>
        {t('msg.retry')}
      </button>
      <button type="button" class="link" onClick={() => client.discardSend(pending)}>
        {t('msg.discard')}
      </button>
    </div>
  );
}
