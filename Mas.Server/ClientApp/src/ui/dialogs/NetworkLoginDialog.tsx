import { useState } from 'preact/hooks';
import { statusText, t } from '../../i18n';
import { say } from '../../state/toasts';
import { closeDialog } from '../../state/view';
import { useClient } from '../context';
import { Dialog } from '../parts/Dialog';
import { Field } from '../parts/Field';

/** The user's account and nick on an IRC network. The server encrypts the password. */
export function NetworkLoginDialog({ network }: { network: string }) {
  const client = useClient();
  const held = client.store.networks.peek().find(other => other.name === network)?.nick ?? '';
  const [nick, setNick] = useState(held);
  const [account, setAccount] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const ack = await client.request({
      type: 'CONNECT',
      network,
      account: { mechanism: 'PLAIN', account: account.trim(), password },
      ...(nick.trim() === held ? {} : { nick: nick.trim() }),
    });
    setBusy(false);
    setError(ack.status === 'OK' ? undefined : statusText(ack.status, ack.errorMsg));
    if (ack.status !== 'OK') return;
    closeDialog();
    say({ text: t('login.sent', { network }) });
  };
  return (
    <Dialog title={t('login.title', { network })} class="narrow">
      <form class="form" onSubmit={event => void submit(event)}>
        <p class="muted">{t('login.text')}</p>
        <Field label={t('login.account')} value={account} onInput={setAccount} maxLength={200} required autofocus />
        <Field
          label={t('auth.password')}
          value={password}
          onInput={setPassword}
          type="password"
          autocomplete="off"
          error={error}
          required
        />
        <Field label={t('login.nick')} value={nick} onInput={setNick} maxLength={50} />
        <div class="dialog-foot">
          <button type="button" class="button" onClick={closeDialog}>
            {t('common.cancel')}
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {t('auth.login')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
