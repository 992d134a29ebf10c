import { useState } from 'preact/hooks';
import { statusText, t } from '../../i18n';
import type { Request } from '../../protocol/messages';
import { masNetwork } from '../../state/store';
import { closeDialog } from '../../state/view';
import { useClient } from '../context';
import { Dialog } from '../parts/Dialog';
import { Choice, Field, Segmented } from '../parts/Field';

type Tab = 'group' | 'create' | 'irc' | 'person';

export function JoinDialog({ tab: first, network: firstNetwork }: { tab: Tab; network: string | undefined }) {
  const client = useClient();
  const irc = client.store.networks.value.map(network => network.name).filter(name => name !== masNetwork);
  const [tab, setTab] = useState<Tab>(first);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [network, setNetwork] = useState(firstNetwork ?? irc[0] ?? '');
  const [personNetwork, setPersonNetwork] = useState(firstNetwork ?? masNetwork);
  const [error, setError] = useState<string | undefined>();
  /** The group that does not exist. */
  const [missing, setMissing] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const wanted = name.trim();
  const open = async (kind: Tab) => {
    if (wanted === '') return;
    setBusy(true);
    const ack = await client.open(requestFor(kind, wanted, password, network, personNetwork));
    setBusy(false);
    setMissing(kind === 'group' && ack.status === 'NOT_FOUND' ? wanted : null);
    if (ack.status === 'OK') closeDialog();
    else setError(statusText(ack.status, ack.errorMsg));
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void open(tab);
  };
  const change = (next: Tab) => {
    setTab(next);
    setError(undefined);
    setMissing(null);
  };
  const without = tab === 'irc' && irc.length === 0;
  return (
    <Dialog title={t('join.title')}>
      <form class="form" onSubmit={submit}>
        <Segmented<Tab>
          label={t('join.kind')}
          value={tab}
          onChange={change}
          options={[
            ['group', t('join.group')],
            ['create', t('join.create')],
            ['irc', t('join.irc')],
            ['person', t('join.person')],
          ]}
        />
        {without ? (
          <p class="muted">{t('join.noNetworks')}</p>
        ) : (
          <>
            {tab === 'irc' && (
              <Choice
                label={t('join.network')}
                value={network}
                onChange={setNetwork}
                options={irc.map(entry => [entry, entry] as const)}
              />
            )}
            {tab === 'person' && irc.length > 0 && (
              <Choice
                label={t('join.network')}
                value={personNetwork}
                onChange={setPersonNetwork}
                options={[masNetwork, ...irc].map(entry => [entry, entry] as const)}
              />
            )}
            <Field
              key={tab}
              label={tab === 'irc' ? t('join.channel') : tab === 'person' ? t('join.nick') : t('join.name')}
              value={name}
              onInput={setName}
              error={error}
              maxLength={50}
              required
              autofocus
            />
            {missing !== null && missing === wanted && (
              <button type="button" class="button" disabled={busy} onClick={() => void open('create')}>
                {t('join.create.named', { name: missing })}
              </button>
            )}
            {tab !== 'person' && (
              <Field
                label={tab === 'create' ? t('join.password.new') : t('join.password')}
                value={password}
                onInput={setPassword}
                type="password"
                autocomplete="off"
              />
            )}
          </>
        )}
        <div class="dialog-foot">
          <button type="button" class="button" onClick={closeDialog}>
            {t('common.cancel')}
          </button>
          <button type="submit" class="button primary" disabled={busy || without}>
            {tab === 'create' ? t('join.create.do') : tab === 'person' ? t('join.chat.do') : t('join.do')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function requestFor(tab: Tab, name: string, password: string, network: string, personNetwork: string): Request {
  const key = password === '' ? {} : { password };
  switch (tab) {
    case 'create':
      return { type: 'CREATE', name, ...key };
    case 'group':
      return { type: 'JOIN', network: masNetwork, name, ...key };
    case 'irc':
      return { type: 'JOIN', network, name: /^[#&+!]/.test(name) ? name : `#${name}`, ...key };
    case 'person':
      return { type: 'CHAT', network: personNetwork, nick: name };
  }
}
