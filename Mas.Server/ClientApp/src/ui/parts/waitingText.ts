import { t } from '../../i18n';
import type { ChatClient } from '../../state/client';

export function waitingText(client: ChatClient): string {
  return t(client.connection.value === 'online' ? 'msg.waiting.server' : 'msg.waiting');
}
