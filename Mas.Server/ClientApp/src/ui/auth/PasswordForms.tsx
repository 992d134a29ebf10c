import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { post } from '../../protocol/http';
import { Field } from '../parts/Field';
import { resetToken, showAuth } from './authView';
import { FormError, useSubmit } from './useSubmit';

export function ForgotForm() {
  const [email, setEmail] = useState('');
  const [sent, setSent] = useState(false);
  const form = useSubmit(async () => {
    const result = await post('/api/forgot-password', { email });
    setSent(result.ok);
    return result;
  });
  return (
    <form class="form" onSubmit={form.submit}>
      <h1>{t('auth.forgot.title')}</h1>
      <p class="muted">{t('auth.forgot.text')}</p>
      <Field
        label={t('auth.email')}
        value={email}
        onInput={setEmail}
        type="email"
        autocomplete="email"
        error={form.errorOf('email')}
        required
        autofocus
      />
      <FormError form={form} fields={['email']} />
      {sent && (
        <p class="note" role="status">
          {t('auth.forgot.sent')}
        </p>
      )}
      <button type="submit" class="button primary wide" disabled={form.busy}>
        {t('auth.forgot.send')}
      </button>
      <BackToLogin />
    </form>
  );
}

/** The page that the mail's link opens. The token is in the address. */
export function ResetForm() {
  const [password, setPassword] = useState('');
  const [done, setDone] = useState(false);
  const form = useSubmit(async () => {
    const result = await post('/api/reset-password', { token: resetToken() ?? '', password });
    setDone(result.ok);
    return result;
  });
  return (
    <form class="form" onSubmit={form.submit}>
      <h1>{t('auth.reset.title')}</h1>
      {done ? (
        <p class="note" role="status">
          {t('auth.reset.done')}
        </p>
      ) : (
        <>
          <Field
            label={t('auth.reset.new')}
            value={password}
            onInput={setPassword}
            type="password"
            autocomplete="new-password"
            hint={t('auth.password.hint')}
            error={form.errorOf('password')}
            required
            autofocus
          />
          <FormError form={form} fields={['password']} />
          <button type="submit" class="button primary wide" disabled={form.busy}>
            {t('common.save')}
          </button>
        </>
      )}
      <BackToLogin forgot={!done} />
    </form>
  );
}

function BackToLogin({ forgot = false }: { forgot?: boolean }) {
  return (
    <p class="form-foot">
      {forgot && (
        <button type="button" class="link" onClick={() => showAuth('forgot')}>
          {t('auth.reset.again')}
        </button>
      )}
      <button type="button" class="link" onClick={() => showAuth('login')}>
        {t('auth.login')}
      </button>
    </p>
  );
}
