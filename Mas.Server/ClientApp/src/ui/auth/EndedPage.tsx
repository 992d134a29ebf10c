import { t } from '../../i18n';
import { useClient } from '../context';
import { Logo } from '../parts/Logo';

/** Shown when the server ended the session for a reason that only the user can resolve. */
export function EndedPage() {
  const client = useClient();
  const ending = client.ending.value;
  const outdated = ending?.code === 'UNSUPPORTED_PROTOCOL_VERSION';
  return (
    <main class="auth">
      <section class="auth-card ended">
        <Logo size={44} />
        <h1>MAS</h1>
        <p>{outdated ? t('end.version') : ending?.code === 'TOO_MANY_SESSIONS' ? t('end.tooMany') : ending?.reason}</p>
        <button
          type="button"
          class="button primary wide"
          onClick={() => (outdated ? location.reload() : client.start())}
        >
          {outdated ? t('end.reload') : t('end.retry')}
        </button>
      </section>
    </main>
  );
}
