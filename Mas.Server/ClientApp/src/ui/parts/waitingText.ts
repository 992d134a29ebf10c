import { t } from '../../i18n';
import type { ChatClient } from '../../state/client';

/** What something that was written waits for: the server, or a connection to it. */
export function waitingText(client: ChatClient): string {
  return t(client.connection.value === 'online' ? 'msg.waiting.server' : 'msg.waiting');
}
