import { useState } from 'preact/hooks';
import { type TextKey, t } from '../../i18n';
import type { Role, UserId } from '../../protocol/messages';
import type { ChatWindow } from '../../state/chatWindow';
import { toggleMembers } from '../../state/view';
import { useClient } from '../context';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';
import { Menu } from '../parts/Menu';
import { personActions } from './person';

const sections: readonly (readonly [Role, TextKey])[] = [
  ['*', 'members.owner'],
  ['@', 'members.operator'],
  ['+', 'members.voice'],
  ['u', 'members.user'],
];

/** The most members drawn; beyond that the list asks for a filter. */
const most = 300;

export function MembersPanel({ window }: { window: ChatWindow }) {
  const { store } = useClient();
  const [filter, setFilter] = useState('');
  const members = window.members.value;
  const named = [...members].map(([userId, role]) => ({ userId, role, nick: store.nick(userId, window.network) }));
  const fitting = named
    .filter(member => member.nick.toLowerCase().includes(filter.toLowerCase()))
    .sort((a, b) => a.nick.localeCompare(b.nick));
  return (
    <aside class="members" aria-label={t('members.label', { name: store.title(window) })} data-region>
      <header class="members-head">
        <h3>{t('members.count', { count: members.size })}</h3>
        <button type="button" class="icon-button" aria-label={t('common.close')} onClick={toggleMembers}>
          <Icon name="close" size={16} />
        </button>
      </header>
      {members.size > 12 && (
        <input
          class="members-filter"
          type="search"
          placeholder={t('members.filter')}
          aria-label={t('members.filter')}
          value={filter}
          onInput={event => setFilter(event.currentTarget.value)}
        />
      )}
      <div class="members-scroll" tabIndex={0} role="group" aria-label={t('pane.members')}>
        {sections.map(([role, key]) => {
          const here = fitting.filter(member => member.role === role);
          if (here.length === 0) return null;
          return (
            <section key={role}>
              <h4>
                {t(key)} · {here.length}
              </h4>
              <ul>
                {here.slice(0, most).map(member => (
                  <li key={member.userId}>
                    <MemberItem window={window} userId={member.userId} nick={member.nick} role={role} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
        {fitting.length === 0 && <p class="muted">{t('common.none')}</p>}
      </div>
    </aside>
  );
}

function MemberItem({ window, userId, nick, role }: { window: ChatWindow; userId: UserId; nick: string; role: Role }) {
  const client = useClient();
  return (
    <Menu
      class="member"
      named
      label={t('members.menu', { name: nick })}
      items={() => personActions(client, window, userId)}
    >
      <Avatar userId={userId} network={window.network} size="small" />
      <span class="member-name">{nick}</span>
      {client.store.isMe(userId) && <span class="member-you">{t('members.you')}</span>}
      {role !== 'u' && (
        <span class="role-mark" aria-hidden="true">
          {role}
        </span>
      )}
    </Menu>
  );
}
