import { t } from '../../i18n';
import type { ChatWindow } from '../../state/chatWindow';
import { waitingCommands } from '../../state/spoken';
import { useClient } from '../context';
import { Icon } from '../parts/Icon';

/** The commands that go out with the next connection: unlike messages they have no place in the conversation to wait at. */
export function WaitingCommands({ window }: { window: ChatWindow }) {
  const client = useClient();
  const waiting = waitingCommands(window.pending.value);
  return (
    <div class="waiting-commands" role="status">
      {waiting.map(message => (
        <p key={message.rid}>
          <Icon name="clock" size={13} />
          <span class="waiting-command">{message.text}</span>
          <span>{client.connection.value === 'online' ? t('msg.waiting.server') : t('msg.waiting')}</span>
        </p>
      ))}
    </div>
  );
}
