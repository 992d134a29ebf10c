import { statusText, t } from '../i18n';
import type { ChatClient } from './client';
import { missingGroup } from './missingGroup';
import { dismiss, say } from './toasts';
import { openWindow } from './view';

/** The last offer; the next one replaces it. */
let offer = 0;

/** Joins a group or channel, or shows it when the user is in it already. A group that there is none of is offered to be made. */
export async function joinNamed(client: ChatClient, network: string, name: string): Promise<void> {
  const held = client.store.windows
    .peek()
    .find(window => window.network === network && window.name.toLowerCase() === name.toLowerCase());
  if (held) {
    openWindow(held.id);
    return;
  }
  const ack = await client.open({ type: 'JOIN', network, name });
  if (ack.status === 'OK') return;
  const missing = missingGroup(network, `/join ${name}`, ack.status);
  if (!missing) {
    say({ text: statusText(ack.status, ack.errorMsg), kind: 'error' });
    return;
  }
  dismiss(offer);
  offer = say({
    text: t('join.missing', { name }),
    sticky: true,
    action: { label: t('join.create.named', { name }), run: () => void create(client, name) },
  });
}

async function create(client: ChatClient, name: string): Promise<void> {
  const ack = await client.createGroup({ name, password: '' });
  if (ack.status !== 'OK') say({ text: statusText(ack.status, ack.errorMsg), kind: 'error' });
}
