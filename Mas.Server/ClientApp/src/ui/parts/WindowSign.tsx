import type { ChatWindow } from '../../state/chatWindow';
import { Avatar } from './Avatar';
import { Icon } from './Icon';

/** What kind of window it is: a person, a server, a group, a group with a password. */
export function WindowSign({ window, size = 18 }: { window: ChatWindow; size?: number }) {
  if (window.isDirect) return <Avatar userId={window.peer!} network={window.network} size="small" />;
  if (window.isServer) return <Icon name="server" size={size} />;
  if (window.password.value !== '') return <Icon name="lock" size={size} />;
  // A letter: a drawing for each group costs the browser a layer to think about at every change of the page.
  return (
    <span class="sign-group" aria-hidden="true">
      #
    </span>
  );
}
