import { hueOf, initials } from '../../text/names';
import { useClient } from '../context';

/** A person's letters in their colour, with a dot for presence when it is known. */
export function Avatar({
  userId,
  network,
  size = 'normal',
}: {
  userId: string;
  network: string;
  size?: 'normal' | 'small' | 'large';
}) {
  const { store, connection } = useClient();
  const friend = store.friends.value.get(userId);
  const online = friend ? friend.online : store.isMe(userId) ? connection.value === 'online' : null;
  const presence = online === null ? null : online ? 'online' : 'offline';
  return (
    <span
      class={`avatar ${size} hue-${hueOf(userId)}`}
      data-initials={initials(store.nick(userId, network))}
      aria-hidden="true"
    >
      {presence && size !== 'normal' && <span class={`presence ${presence}`} />}
    </span>
  );
}
