import { t } from '../i18n';
import { say } from '../state/toasts';

/** The policy that lets the one worker script through `require-trusted-types-for 'script'`. */
function workerAddress(): string {
  const types = (
    globalThis as {
      trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): unknown } };
    }
  ).trustedTypes;
  if (!types) return '/sw.js';
  return types.createPolicy('mas-worker', { createScriptURL: () => '/sw.js' }).createScriptURL('') as string;
}

/** Installs the service worker and asks before a new version of the page takes over. */
export function watchForUpdates(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  const hadWorker = navigator.serviceWorker.controller !== null;
  let reloading = false;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (!hadWorker || reloading) return;
    reloading = true;
    location.reload();
  });
  void navigator.serviceWorker.register(workerAddress()).then(registration => {
    const offer = () => {
      const waiting = registration.waiting;
      if (waiting && navigator.serviceWorker.controller) offerUpdate(waiting);
    };
    offer();
    registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer));
    setInterval(() => void registration.update().catch(updateUnreachable), 60 * 60 * 1000);
  });
}

function offerUpdate(worker: ServiceWorker): void {
  say({
    text: t('app.update'),
    sticky: true,
    action: { label: t('app.update.now'), run: () => worker.postMessage('take-over') },
  });
}

/** The server is away. The next attempt is in an hour. */
function updateUnreachable(): void {}
