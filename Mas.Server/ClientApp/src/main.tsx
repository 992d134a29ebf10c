import { render } from 'preact';
import { watchMidnight } from './i18n/time';
import { watchInstallOffer } from './notify/install';
import { notifyOf, notifyOfMissed } from './notify/notifier';
import { watchTitle } from './notify/pageTitle';
import { watchForUpdates } from './notify/updates';
import { ChatClient } from './state/client';
import { watchPage } from './state/view';
import { App } from './ui/App';
import { watchDrafts } from './ui/composer/drafts';
import { ClientContext } from './ui/context';
import { installKeys } from './ui/keys';
import { watchLook } from './ui/look';

const address = new URL('/ws', location.href);
address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

const client: ChatClient = new ChatClient(
  () => new WebSocket(address, 'mas.v1'),
  {
    react: (window, message, reaction) => notifyOf(client.store, window, message, reaction),
    catchUp: missed => notifyOfMissed(client.store, missed),
  },
  sessionStorage,
);

watchLook();
watchMidnight();
watchPage();
watchTitle(client);
watchDrafts();
watchInstallOffer();
installKeys(client);
addEventListener('online', () => client.wake());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') client.wake();
});

render(
  <ClientContext.Provider value={client}>
    <App />
  </ClientContext.Provider>,
  document.getElementById('app')!,
);
client.start();
watchForUpdates();
