import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { useClient } from '../context';
import { Icon } from '../parts/Icon';

/** The state of the connection, and announcements. */
export function Banner() {
  const client = useClient();
  return (
    <>
      <ConnectionBanner />
      {client.store.alerts.value.map(alert => (
        <div key={alert.alertId} class="banner alert" role="alert" aria-label={t('alert.label')}>
          <Icon name="alert" />
          <span class="banner-text">{alert.message}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={t('common.dismiss')}
            onClick={() => void client.acknowledgeAlert(alert.alertId)}
          >
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
    </>
  );
}

/** A short interruption is not shown. */
const calm = 1_200;

function ConnectionBanner() {
  const client = useClient();
  const state = client.connection.value;
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (state === 'online') setShown(false);
    else {
      const timer = setTimeout(() => setShown(true), calm);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [state === 'online']);
  if (!shown || state === 'online') return null;
  return (
    <div class="banner offline" role="status">
      <Icon name="offline" />
      <span class="banner-text">{navigator.onLine ? <Countdown /> : t('net.offline')}</span>
      {state === 'waiting' && (
        <button type="button" class="button small" onClick={() => client.retryNow()}>
          {t('net.retry')}
        </button>
      )}
    </div>
  );
}

function Countdown() {
  const client = useClient();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const at = client.retryAt.value;
  return (
    <>
      {at === null
        ? t('net.connecting')
        : t('net.reconnecting', { seconds: Math.max(0, Math.ceil((at - now) / 1000)) })}
    </>
  );
}
