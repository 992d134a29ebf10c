import { useEffect, useState } from 'preact/hooks';
import { statusText, t } from '../../i18n';
import { say } from '../../state/toasts';
import { useClient } from '../context';
import { Field } from '../parts/Field';

export function AccountSettings() {
  return (
    <>
      <Profile />
      <Password />
      <Sessions />
      <Destroy />
    </>
  );
}

function Profile() {
  const client = useClient();
  const [profile, setProfile] = useState({ name: '', nick: '', email: '' });
  const [error, setError] = useState<string | undefined>();
  useEffect(() => {
    void client
      .request({ type: 'GET_PROFILE' }, false)
      .then(({ name = '', nick = '', email = '' }) => setProfile({ name, nick, email }));
  }, []);
  const save = async (event: Event) => {
    event.preventDefault();
    const ack = await client.request({ type: 'UPDATE_PROFILE', ...profile });
    setError(ack.status === 'OK' ? undefined : statusText(ack.status, ack.errorMsg));
    if (ack.status === 'OK') say({ text: t('common.saved') });
  };
  return (
    <form class="form group" onSubmit={event => void save(event)}>
      <Field
        label={t('set.name')}
        value={profile.name}
        onInput={name => setProfile({ ...profile, name })}
        autocomplete="name"
        maxLength={100}
      />
      <Field
        label={t('set.nick')}
        value={profile.nick}
        onInput={nick => setProfile({ ...profile, nick })}
        autocomplete="nickname"
        maxLength={25}
        required
      />
      <Field
        label={t('set.email')}
        value={profile.email}
        onInput={email => setProfile({ ...profile, email })}
        type="email"
        autocomplete="email"
        error={error}
        required
      />
      <div>
        <button type="submit" class="button">
          {t('set.profile.save')}
        </button>
      </div>
    </form>
  );
}

function Password() {
  const client = useClient();
  const [currentPassword, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string | undefined>();
  const save = async (event: Event) => {
    event.preventDefault();
    const ack = await client.request({ type: 'UPDATE_PROFILE', password, currentPassword });
    setError(ack.status === 'OK' ? undefined : statusText(ack.status, ack.errorMsg));
    if (ack.status !== 'OK') return;
    say({ text: t('set.password.changed') });
    setCurrent('');
    setPassword('');
  };
  return (
    <form class="form group" onSubmit={event => void save(event)}>
      <h3>{t('set.password')}</h3>
      <Field
        label={t('set.password.current')}
        value={currentPassword}
        onInput={setCurrent}
        type="password"
        autocomplete="current-password"
        required
      />
      <Field
        label={t('set.password.new')}
        value={password}
        onInput={setPassword}
        type="password"
        autocomplete="new-password"
        hint={t('auth.password.hint')}
        error={error}
        required
      />
      <div>
        <button type="submit" class="button">
          {t('set.password.save')}
        </button>
      </div>
    </form>
  );
}

function Sessions() {
  const client = useClient();
  return (
    <section class="group">
      <h3>{t('set.sessions')}</h3>
      <div class="button-row">
        <button type="button" class="button" onClick={() => void client.logOut()}>
          {t('side.logout')}
        </button>
        <button type="button" class="button" onClick={() => void client.logOut(true)}>
          {t('side.logoutAll')}
        </button>
      </div>
    </section>
  );
}

function Destroy() {
  const client = useClient();
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string | undefined>();
  const destroy = async (event: Event) => {
    event.preventDefault();
    const ack = await client.request({ type: 'DESTROY_ACCOUNT', password });
    setError(ack.status === 'OK' ? undefined : statusText(ack.status, ack.errorMsg));
  };
  return (
    <form class="form group" onSubmit={event => void destroy(event)}>
      <h3>{t('set.delete')}</h3>
      <p class="muted">{t('set.delete.text')}</p>
      <Field
        label={t('auth.password')}
        value={password}
        onInput={setPassword}
        type="password"
        autocomplete="current-password"
        error={error}
        required
      />
      <div>
        <button type="submit" class="button danger">
          {t('set.delete.do')}
        </button>
      </div>
    </form>
  );
}
