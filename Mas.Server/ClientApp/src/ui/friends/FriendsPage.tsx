import { useState } from 'preact/hooks';
import { statusText, t } from '../../i18n';
import { ago } from '../../i18n/time';
import type { FriendInfo } from '../../protocol/messages';
import { masNetwork } from '../../state/store';
import { say } from '../../state/toasts';
import { showList } from '../../state/view';
import { useClient } from '../context';
import { Avatar } from '../parts/Avatar';
import { Field } from '../parts/Field';
import { Icon } from '../parts/Icon';
import { Menu } from '../parts/Menu';

export function FriendsPage() {
  const { store } = useClient();
  const byName = (a: FriendInfo, b: FriendInfo) =>
    store.nick(a.userId, masNetwork).localeCompare(store.nick(b.userId, masNetwork));
  const friends = [...store.friends.value.values()].sort(byName);
  const online = friends.filter(friend => friend.online);
  const offline = friends.filter(friend => !friend.online);
  return (
    <section class="page" aria-labelledby="friends-title">
      <header class="pane-head">
        <button type="button" class="icon-button phone-only" aria-label={t('common.back')} onClick={showList}>
          <Icon name="back" />
        </button>
        <h2 id="friends-title" class="pane-title">
          {t('friends.title')}
        </h2>
      </header>
      <div class="page-body" tabIndex={0} role="group" aria-labelledby="friends-title">
        <AskForm />
        <Requests />
        {friends.length === 0 && <p class="muted">{t('friends.empty')}</p>}
        <FriendList title={t('friends.online')} friends={online} />
        <FriendList title={t('friends.offline')} friends={offline} />
      </div>
    </section>
  );
}

function AskForm() {
  const client = useClient();
  const [nick, setNick] = useState('');
  const [error, setError] = useState<string | undefined>();
  const ask = async (event: Event) => {
    event.preventDefault();
    if (nick.trim() === '') return;
    const ack = await client.request({ type: 'REQUEST_FRIEND', nick: nick.trim() });
    setError(ack.status === 'OK' ? undefined : statusText(ack.status, ack.errorMsg));
    if (ack.status !== 'OK') return;
    say({ text: t('friends.asked', { name: nick.trim() }) });
    setNick('');
  };
  return (
    <form class="inline-form" onSubmit={event => void ask(event)}>
      <Field label={t('friends.add')} value={nick} onInput={setNick} error={error} maxLength={50} />
      <button type="submit" class="button primary">
        {t('friends.add.do')}
      </button>
    </form>
  );
}

function Requests() {
  const client = useClient();
  const asking = client.store.friendRequests.value;
  if (asking.length === 0) return null;
  const answer = async (userId: string, allow: boolean) => {
    const ack = await client.request({ type: 'FRIEND_VERDICT', userId, allow }, false);
    if (ack.status === 'OK')
      client.store.friendRequests.value = client.store.friendRequests.peek().filter(other => other !== userId);
  };
  return (
    <section class="people" aria-labelledby="friends-requests">
      <h3 id="friends-requests">{t('friends.requests')}</h3>
      <ul>
        {asking.map(userId => (
          <li key={userId} class="person">
            <Avatar userId={userId} network={masNetwork} />
            <span class="person-name">{client.store.nick(userId, masNetwork)}</span>
            <button type="button" class="button small primary" onClick={() => void answer(userId, true)}>
              {t('friends.accept')}
            </button>
            <button type="button" class="button small" onClick={() => void answer(userId, false)}>
              {t('friends.decline')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function FriendList({ title, friends }: { title: string; friends: FriendInfo[] }) {
  const client = useClient();
  if (friends.length === 0) return null;
  return (
    <section class="people" aria-label={title}>
      <h3>
        {title} · {friends.length}
      </h3>
      <ul>
        {friends.map(friend => {
          const name = client.store.nick(friend.userId, masNetwork);
          return (
            <li key={friend.userId} class="person">
              <Avatar userId={friend.userId} network={masNetwork} size="large" />
              <span class="person-name">
                {name}
                <span class="person-detail">{presence(friend)}</span>
              </span>
              <button
                type="button"
                class="button small"
                aria-label={t('person.chat', { name })}
                onClick={() => void client.chatWith(friend.userId)}
              >
                <Icon name="chat" size={16} />
              </button>
              <Menu
                label={t('members.menu', { name })}
                items={() => [{ label: t('person.removeFriend'), danger: true, run: () => void remove(friend.userId) }]}
              >
                <Icon name="more" />
              </Menu>
            </li>
          );
        })}
      </ul>
    </section>
  );

  async function remove(userId: string): Promise<void> {
    const ack = await client.request({ type: 'REMOVE_FRIEND', userId }, false);
    if (ack.status !== 'OK') return;
    const left = new Map(client.store.friends.peek());
    left.delete(userId);
    client.store.friends.value = left;
  }
}

function presence(friend: FriendInfo): string {
  if (friend.online) return t('friends.online');
  return friend.last === undefined || friend.last <= 0
    ? t('friends.never')
    : t('friends.lastSeen', { time: ago(friend.last) });
}
