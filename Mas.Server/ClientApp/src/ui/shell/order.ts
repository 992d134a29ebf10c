import type { ChatWindow } from '../../state/chatWindow';
import { masNetwork, type Store } from '../../state/store';

export interface NetworkGroup {
  network: string;
  windows: ChatWindow[];
}

/** The sidebar's order: MAS first, then the IRC networks; in each its server, groups, one-on-ones. */
export function groupByNetwork(store: Store): NetworkGroup[] {
  const names = new Set([masNetwork]);
  for (const window of store.windows.value) names.add(window.network);
  for (const network of store.networks.value) if (network.state !== 'disconnected') names.add(network.name);
  return [...names]
    .sort((a, b) => Number(b === masNetwork) - Number(a === masNetwork) || a.localeCompare(b))
    .map(network => ({
      network,
      windows: store.windows.value
        .filter(window => window.network === network)
        .sort((a, b) => rank(a) - rank(b) || store.title(a).localeCompare(store.title(b)) || a.id - b.id),
    }));
}

export function orderedWindows(store: Store): ChatWindow[] {
  return groupByNetwork(store).flatMap(group => group.windows);
}

function rank(window: ChatWindow): number {
  if (window.isServer) return 0;
  return window.type === 'group' ? 1 : 2;
}
