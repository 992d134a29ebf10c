import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { post } from '../../protocol/http';
import { useClient } from '../context';
import { Field } from '../parts/Field';
import { showAuth } from './authView';
import { FormError, useSubmit } from './useSubmit';

export function LoginForm() {
  const client = useClient();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const form = useSubmit(async () => {
    const result = await post('/api/login', { username, password });
    if (result.ok) client.start();
    return result.status === 401 || result.status === 403 ? { ...result, errorMsg: t('auth.wrong') } : result;
  });
  return (
    <form class="form" onSubmit={form.submit}>
      <h1>{t('auth.welcome')}</h1>
      <Field
        label={t('auth.username')}
        value={username}
        onInput={setUsername}
        autocomplete="username"
        required
        autofocus
      />
      <Field
        label={t('auth.password')}
        value={password}
        onInput={setPassword}
        type="password"
        autocomplete="current-password"
        required
      />
      <FormError form={form} fields={[]} />
      <button type="submit" class="button primary wide" disabled={form.busy}>
        {t('auth.login')}
      </button>
      <p class="form-foot">
        <button type="button" class="link" onClick={() => showAuth('forgot')}>
          {t('auth.forgot')}
        </button>
        <span>
          {t('auth.new')}{' '}
          <button type="button" class="link" onClick={() => showAuth('register')}>
            {t('auth.register')}
          </button>
        </span>
      </p>
    </form>
  );
}
