import { view } from '../../state/view';
import { useClient } from '../context';
import { CommandsDialog } from './CommandsDialog';
import { DeleteMessageDialog, KickDialog, LeaveDialog } from './ConfirmDialogs';
import { DetailsDialog } from './DetailsDialog';
import { JoinDialog } from './JoinDialog';
import { KeysDialog } from './KeysDialog';
import { NetworkLoginDialog } from './NetworkLoginDialog';
import { Palette } from './Palette';
import { SettingsDialog } from './SettingsDialog';

export function Dialogs() {
  const { store } = useClient();
  const dialog = view.dialog.value;
  if (!dialog) return null;
  switch (dialog.name) {
    case 'join':
      return <JoinDialog tab={dialog.tab ?? 'group'} network={dialog.network} />;
    case 'settings':
      return <SettingsDialog />;
    case 'keys':
      return <KeysDialog />;
    case 'commands':
      return <CommandsDialog text={dialog.text} irc={dialog.irc} />;
    case 'palette':
      return <Palette />;
    case 'networkLogin':
      return <NetworkLoginDialog network={dialog.network} />;
  }
  const window = store.window(dialog.windowId);
  if (!window) return null;
  switch (dialog.name) {
    case 'details':
      return <DetailsDialog window={window} />;
    case 'leave':
      return <LeaveDialog window={window} />;
    case 'kick':
      return <KickDialog window={window} userId={dialog.userId} />;
    case 'deleteMessage':
      return <DeleteMessageDialog window={window} gid={dialog.gid} />;
  }
}
