import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { AuthPage } from './auth/AuthPage';
import { resetToken } from './auth/authView';
import { EndedPage } from './auth/EndedPage';
import { useClient } from './context';
import { Logo } from './parts/Logo';
import { Speaker, Toasts } from './parts/Toasts';
import { Shell } from './shell/Shell';

/** Shows the login forms, the chat, or why neither is possible. */
export function App() {
  const client = useClient();
  const phase = client.phase.value;
  useEffect(() => {
    if (phase === 'ready' && location.pathname !== '/') history.replaceState(history.state, '', '/');
  }, [phase]);
  return (
    <>
      {phase === 'signedOut' || resetToken() !== null ? (
        <AuthPage />
      ) : phase === 'ended' ? (
        <EndedPage />
      ) : phase === 'ready' ? (
        <Shell />
      ) : (
        <main class="splash" aria-busy="true">
          <Logo size={56} />
          <h1 class="hidden">MAS</h1>
          <p class="splash-text" role="status">
            {client.connection.value === 'waiting' && !navigator.onLine ? t('net.offline') : t('app.starting')}
          </p>
        </main>
      )}
      <Toasts />
      <Speaker />
    </>
  );
}
