import { statusText, t } from '../../i18n';
import type { Role, UserId } from '../../protocol/messages';
import type { ChatWindow } from '../../state/chatWindow';
import type { ChatClient } from '../../state/client';
import { masNetwork } from '../../state/store';
import { say } from '../../state/toasts';
import { openDialog } from '../../state/view';
import { whoisText } from '../../state/whois';
import { mention } from '../composer/drafts';
import type { MenuItem } from '../parts/Menu';

export function personActions(client: ChatClient, window: ChatWindow, userId: UserId): (MenuItem | false)[] {
  const { store } = client;
  const name = store.nick(userId, window.network);
  const me = store.isMe(userId);
  const role = window.members.peek().get(userId);
  const mas = window.network === masNetwork;
  const friend = store.friends.peek().has(userId);
  const moderates = !me && window.type === 'group' && window.mayModerate && role !== undefined && role !== '*';
  const setRole = (next: Role) =>
    void client.request({ type: 'UPDATE_ROLE', windowId: window.id, userId, role: next }, false);
  return [
    !me && { label: t('person.chat', { name }), run: () => void client.chatWith(userId, window.network) },
    !me && { label: t('person.mention'), run: () => mention(window.id, name) },
    { label: t('person.whois', { name }), run: () => void whois(client, window.network, name) },
    !me && mas && !friend && { label: t('person.addFriend'), run: () => void askFriend(client, userId, name) },
    !me &&
      friend && {
        label: t('person.removeFriend'),
        run: () => void client.request({ type: 'REMOVE_FRIEND', userId }, false),
      },
    moderates &&
      (role === '@'
        ? { label: t('person.takeOperator'), run: () => setRole('u') }
        : { label: t('person.makeOperator'), run: () => setRole('@') }),
    moderates &&
      role !== '@' &&
      (role === '+'
        ? { label: t('person.takeVoice'), run: () => setRole('u') }
        : { label: t('person.giveVoice'), run: () => setRole('+') }),
    moderates && {
      label: t('person.kick', { name: store.title(window) }),
      danger: true,
      run: () => openDialog({ name: 'kick', windowId: window.id, userId }),
    },
  ];
}

export async function whois(client: ChatClient, network: string, nick: string): Promise<void> {
  const ack = await client.request({ type: 'WHOIS', network, nick }, false);
  if (ack.status === 'OK')
    say({
      text: ack.nick === undefined ? t('whois.sent', { network }) : whoisText(ack),
      sticky: ack.nick !== undefined,
    });
}

async function askFriend(client: ChatClient, userId: UserId, name: string): Promise<void> {
  const ack = await client.request({ type: 'REQUEST_FRIEND', userId });
  say(
    ack.status === 'OK'
      ? { text: t('friends.asked', { name }) }
      : { text: statusText(ack.status, ack.errorMsg), kind: 'error' },
  );
}
