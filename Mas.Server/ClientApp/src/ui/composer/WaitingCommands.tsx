import type { ChatWindow } from '../../state/chatWindow';
import { waitingCommands } from '../../state/spoken';
import { useClient } from '../context';
import { Icon } from '../parts/Icon';
import { waitingText } from '../parts/waitingText';

/** The commands that go out with the next connection: unlike messages they have no place in the conversation to wait at. */
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
