import type { ChatWindow } from '../../state/chatWindow';
import { Avatar } from './Avatar';
import { Icon } from './Icon';

export function WindowSign({ window, size = 18 }: { window: ChatWindow; size?: number }) {
  if (window.isDirect) return <Avatar userId={window.peer!} network={window.network} size="small" />;
  if (window.isServer) return <Icon name="server" size={size} />;
  if (window.password.value !== '') return <Icon name="lock" size={size} />;
  // A letter: a drawing per group would be a layer of its own.
  return (
    <span class="sign-group" aria-hidden="true">
      #
    </span>
  );
}
