import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { post } from '../../protocol/http';
import { useClient } from '../context';
import { Field } from '../parts/Field';
import { showAuth } from './authView';
import { FormError, useSubmit } from './useSubmit';

export function RegisterForm() {
  const client = useClient();
  const [email, setEmail] = useState('');
  const [nick, setNick] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const form = useSubmit(async () => {
    const made = await post('/api/register', { email, password, nick, name: name || nick });
    if (!made.ok) return made;
    const result = await post('/api/login', { username: email, password });
    if (result.ok) client.start();
    return result;
  });
  return (
    <form class="form" onSubmit={form.submit}>
      <h1>{t('auth.create')}</h1>
      <Field
        label={t('auth.nick')}
        value={nick}
        onInput={setNick}
        autocomplete="nickname"
        hint={t('auth.nick.hint')}
        error={form.errorOf('nick')}
        maxLength={25}
        required
        autofocus
      />
      <Field
        label={t('auth.name')}
        value={name}
        onInput={setName}
        autocomplete="name"
        error={form.errorOf('name')}
        maxLength={100}
      />
      <Field
        label={t('auth.email')}
        value={email}
        onInput={setEmail}
        type="email"
        autocomplete="email"
        hint={t('auth.email.hint')}
        error={form.errorOf('email')}
        required
      />
      <Field
        label={t('auth.password')}
        value={password}
        onInput={setPassword}
        type="password"
        autocomplete="new-password"
        hint={t('auth.password.hint')}
        error={form.errorOf('password')}
        required
      />
      <FormError form={form} fields={['nick', 'name', 'email', 'password']} />
      <button type="submit" class="button primary wide" disabled={form.busy}>
        {t('auth.register')}
      </button>
      <p class="form-foot">
        <span>
          {t('auth.have')}{' '}
          <button type="button" class="link" onClick={() => showAuth('login')}>
            {t('auth.login')}
          </button>
        </span>
      </p>
    </form>
  );
}
