import type { ChatWindow } from '../../state/chatWindow';
import { waitingCommands } from '../../state/spoken';
import { useClient } from '../context';
import { Icon } from '../parts/Icon';
import { waitingText } from '../parts/waitingText';

/** Commands that wait for the connection. Unlike messages they have no row in the timeline. */
export function WaitingCommands({ window }: { window: ChatWindow }) {
  const client = useClient();
  const waiting = waitingCommands(window.pending.value);
  return (
    <div class="waiting-commands" role="status">
      {waiting.map(({ rid, text }) => (
        <p key={rid}>
          <Icon name="clock" size={13} />
          <span class="waiting-command">{text}</span>
          <span>{waitingText(client)}</span>
        </p>
      ))}
    </div>
  );
}
