import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { Gid, UserId } from '../../protocol/messages';
import type { ChatWindow } from '../../state/chatWindow';
import { closeDialog, view } from '../../state/view';
import { useClient } from '../context';
import { focusComposer } from '../keys';
import { Dialog } from '../parts/Dialog';
import { Field } from '../parts/Field';

interface ConfirmProps {
  title: string;
  text?: string;
  action: string;
  run: () => Promise<boolean>;
  children?: ComponentChildren;
}

function Confirm({ title, text, action, run, children }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    if (await run()) {
      closeDialog();
      if (view.active.peek() !== null) focusComposer(view.active.peek()!);
    } else setBusy(false);
  };
  return (
    <Dialog title={title} class="narrow">
      <form class="form" onSubmit={event => void submit(event)}>
        {text && <p>{text}</p>}
        {children}
        <div class="dialog-foot">
          <button type="button" class="button" onClick={closeDialog}>
            {t('common.cancel')}
          </button>
          <button type="submit" class="button danger" disabled={busy} autoFocus={!children}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function LeaveDialog({ window }: { window: ChatWindow }) {
  const client = useClient();
  const run = async () => (await client.request({ type: 'CLOSE', windowId: window.id }, false)).status === 'OK';
  return (
    <Confirm
      title={t('leave.title', { name: client.store.title(window) })}
      text={t('leave.text')}
      action={t('leave.do')}
      run={run}
    />
  );
}

export function KickDialog({ window, userId }: { window: ChatWindow; userId: UserId }) {
  const client = useClient();
  const [reason, setReason] = useState('');
  const run = async () => {
    const ack = await client.request(
      { type: 'KICK', windowId: window.id, userId, ...(reason === '' ? {} : { reason }) },
      false,
    );
    return ack.status === 'OK';
  };
  const title = t('kick.title', { nick: client.store.nick(userId, window.network), name: client.store.title(window) });
  return (
    <Confirm title={title} action={t('kick.do')} run={run}>
      <Field label={t('kick.reason')} value={reason} onInput={setReason} maxLength={300} autofocus />
    </Confirm>
  );
}

export function DeleteMessageDialog({ window, gid }: { window: ChatWindow; gid: Gid }) {
  const client = useClient();
  return (
    <Confirm
      title={t('msg.delete.title')}
      text={t('msg.delete.text')}
      action={t('common.delete')}
      run={() => client.edit(window, gid, '')}
    />
  );
}
