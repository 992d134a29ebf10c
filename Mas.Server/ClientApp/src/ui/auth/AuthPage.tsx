import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import { useClient } from '../context';
import { Logo } from '../parts/Logo';
import { authView, followAddress } from './authView';
import { LoginForm } from './LoginForm';
import { ForgotForm, ResetForm } from './PasswordForms';
import { RegisterForm } from './RegisterForm';

export function AuthPage() {
  const client = useClient();
  useEffect(() => {
    followAddress();
    addEventListener('popstate', followAddress);
    return () => removeEventListener('popstate', followAddress);
  }, []);
  const ending = client.ending.value;
  const note =
    ending?.code === 'ACCOUNT_CLOSED'
      ? t('end.accountClosed')
      : ending?.code === 'LOGGED_OUT'
        ? t('end.loggedOut')
        : null;
  return (
    <main class="auth">
      <section class="auth-card">
        <div class="auth-brand">
          <Logo size={44} />
          <div>
            <p class="auth-name">MAS</p>
            <p class="auth-tagline">{t('auth.tagline')}</p>
          </div>
        </div>
        {note && (
          <p class="note" role="status">
            {note}
          </p>
        )}
        {authView.value === 'register' ? (
          <RegisterForm />
        ) : authView.value === 'forgot' ? (
          <ForgotForm />
        ) : authView.value === 'reset' ? (
          <ResetForm />
        ) : (
          <LoginForm />
        )}
      </section>
    </main>
  );
}
