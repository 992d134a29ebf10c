import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { FriendInfo, NetworkInfo, UserId, UserInfo, WindowId } from '../protocol/messages';
import { mentionPattern, mentions, parseKeywords } from '../text/mentions';
import type { ChatWindow } from './chatWindow';
import type { Reader } from './newSince';
import { preferences } from './settings';

/** MAS's own network: everything that is not IRC. */
export const masNetwork = 'MAS';

export interface Alert {
  alertId: number;
  message: string;
}

/** Everything that the server has told the client about the user's world. */
export class Store implements Reader {
  readonly me = signal<UserId>('');
  readonly windows = signal<readonly ChatWindow[]>([]);
  readonly networks = signal<readonly NetworkInfo[]>([]);
  readonly friends = signal<ReadonlyMap<UserId, FriendInfo>>(new Map());
  readonly friendRequests = signal<readonly UserId[]>([]);
  readonly alerts = signal<readonly Alert[]>([]);
  private readonly users = new Map<UserId, Signal<UserInfo>>();

  /** Nicks and keywords of the reader, by network. */
  private readonly patterns: ReadonlySignal<Map<string, RegExp | null>> = computed(() => {
    const keywords = parseKeywords(preferences.value.keywords);
    const mine = this.user(this.me.value).value.nick;
    const patterns = new Map<string, RegExp | null>();
    for (const name of new Set([
      masNetwork,
      ...Object.keys(mine),
      ...this.networks.value.map(network => network.name),
    ])) {
      const current = this.networks.value.find(network => network.name === name)?.nick;
      patterns.set(name, mentionPattern([mine[name] ?? '', current ?? '', ...keywords]));
    }
    return patterns;
  });

  window(id: WindowId | null): ChatWindow | undefined {
    return id === null ? undefined : this.windows.value.find(window => window.id === id);
  }

  addWindow(window: ChatWindow): void {
    this.windows.value = [...this.windows.peek().filter(other => other.id !== window.id), window];
  }

  removeWindow(id: WindowId): void {
    this.windows.value = this.windows.peek().filter(window => window.id !== id);
  }

  /** A user; unknown ones have no name until ADD_USERS. */
  user(id: UserId): Signal<UserInfo> {
    let user = this.users.get(id);
    if (!user) this.users.set(id, (user = signal<UserInfo>({ name: '', nick: {} })));
    return user;
  }

  /** What a user is called on a network, else on MAS, else anywhere. */
  nick(id: UserId, network: string): string {
    const { name, nick } = this.user(id).value;
    return nick[network] ?? nick[masNetwork] ?? Object.values(nick)[0] ?? (name === '' ? '…' : name);
  }

  title(window: ChatWindow): string {
    if (window.isServer) return window.network;
    return window.peer === null ? window.name : this.nick(window.peer, window.network);
  }

  isMe(userId: UserId): boolean {
    return userId === this.me.value;
  }

  mentionPattern(network: string): RegExp | null {
    return this.patterns.value.get(network) ?? null;
  }

  mentionsMe(network: string, body: string): boolean {
    return mentions(this.mentionPattern(network), body);
  }

  knownUsers(): UserId[] {
    return [...this.users.keys()];
  }

  clear(): void {
    this.me.value = '';
    this.windows.value = [];
    this.networks.value = [];
    this.friends.value = new Map();
    this.friendRequests.value = [];
    this.alerts.value = [];
    this.users.clear();
  }
}
