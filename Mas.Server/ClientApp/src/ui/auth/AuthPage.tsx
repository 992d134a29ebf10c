import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import { useClient } from '../context';
import { Logo } from '../parts/Logo';
import { ForgotForm, ResetForm } from './PasswordForms';
import { LoginForm } from './LoginForm';
import { RegisterForm } from './RegisterForm';

export type AuthView = 'login' | 'register' | 'forgot' | 'reset';

const paths: Record<string, AuthView> = { '/register': 'register', '/forgot-password': 'forgot' };
const current = signal<AuthView>('login');

/** The token of the link that the server mails; it stands in the fragment, which no server ever sees. */
export function resetToken(): string | null {
  return /^#reset-password=(.+)$/.exec(location.hash)?.[1] ?? null;
}

/** Goes to one of the forms; the address follows, so that reloading and the back button work. */
export function showAuth(next: AuthView): void {
  const path = Object.keys(paths).find(key => paths[key] === next) ?? '/';
  history.pushState(null, '', path);
  current.value = next;
}

/** What somebody sees who isn't logged in. */
export function AuthPage() {
  const client = useClient();
  useEffect(() => {
    const follow = () => {
      current.value = resetToken() !== null ? 'reset' : (paths[location.pathname] ?? 'login');
    };
    follow();
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const ending = client.ending.value;
  const note = ending?.code === 'ACCOUNT_CLOSED' ? t('end.accountClosed') : ending?.code === 'LOGGED_OUT' ? t('end.loggedOut') : null;
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
        {current.value === 'register' ? <RegisterForm /> : current.value === 'forgot' ? <ForgotForm /> : current.value === 'reset' ? <ResetForm /> : <LoginForm />}
      </section>
    </main>
  );
}
