import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { AddWindow, Gid, Role, UserId, WindowFields, WindowId, WireMessage } from '../protocol/messages';
import { isChat } from '../timeline/rows';
import { MessageLog } from './messageLog';
import type { NewGroup } from './missingGroup';
import { countLimit, type NewMessages, NewSince, type Reader } from './newSince';
import type { PendingMessage } from './outgoing';

/** The peer of a window that shows what an IRC network's server says. */
export const serverUserId: UserId = 'iSERVER';

/** `start`: the first message of the conversation is held. */
export type HistoryState = 'idle' | 'loading' | 'start';

export interface Unread {
  count: number;
  mentions: number;
}

/** One of the user's windows: a conversation as this user sees it. */
export class ChatWindow {
  readonly id: WindowId;
  readonly type: 'group' | '1on1';
  readonly network: string;
  readonly name: string;
  readonly peer: UserId | null;

  readonly topic: Signal<string>;
  readonly password: Signal<string>;
  readonly role: Signal<Role>;
  readonly sounds: Signal<boolean>;
  readonly titleAlert: Signal<boolean>;
  readonly visible: Signal<boolean>;
  readonly row: Signal<number>;
  readonly seen: Signal<Gid>;

  readonly members = signal<ReadonlyMap<UserId, Role>>(new Map());
  readonly log = new MessageLog();
  /** Grows with every change of `log`. */
  readonly version = signal(0);
  /** Grows when `log` changed other than by new messages at its end. */
  structure = 0;
  readonly pending = signal<readonly PendingMessage[]>([]);
  readonly history = signal<HistoryState>('idle');
  /** Who is typing, each until a time in milliseconds. */
  readonly typing = signal<ReadonlyMap<UserId, number>>(new Map());
  /** The "new" line stands before the first message above this; null: there is no line. */
  readonly marker = signal<Gid | null>(null);
  /** The marker whose line was seen or dismissed. */
  readonly markerMet = signal<Gid | null>(null);
  /** The last command that was typed here, when it failed, and why; `missing`: the group that it would have joined if there were one. */
  readonly complaint = signal<{ command: string; reason: string; missing: NewGroup | null } | null>(null);
  readonly onScreen = signal(false);
  /** Its timeline is drawn and stands at the newest message. */
  followed = false;
  readonly unread: ReadonlySignal<Unread>;

  constructor(fields: AddWindow, reader: Reader) {
    this.id = fields.windowId;
    this.type = fields.windowType;
    this.network = fields.network;
    this.name = fields.name;
    this.peer = fields.userId;
    this.topic = signal(fields.topic);
    this.password = signal(fields.password);
    this.role = signal(fields.role);
    this.sounds = signal(fields.sounds);
    this.titleAlert = signal(fields.titleAlert);
    this.visible = signal(fields.visible);
    this.row = signal(fields.row);
    this.seen = signal(fields.seen);
    let before: Unread = { count: 0, mentions: 0 };
    const unread = new NewSince(this);
    this.unread = computed(() => {
      void this.version.value;
      const { count, mentions } = unread.count(this.seen.value, reader);
      // The same object for the same numbers, so that nothing is drawn again.
      if (count !== before.count || mentions !== before.mentions) before = { count, mentions };
      return before;
    });
  }

  get isServer(): boolean {
    return this.peer === serverUserId;
  }

  /** In a one-on-one every message is for the reader. */
  get isDirect(): boolean {
    return this.type === '1on1' && !this.isServer;
  }

  /** Whether the user may change topic, password, roles, or remove members. */
  get mayModerate(): boolean {
    return this.role.value === '*' || this.role.value === '@';
  }

  update(fields: Partial<WindowFields>): void {
    if (fields.topic !== undefined) this.topic.value = fields.topic;
    if (fields.password !== undefined) this.password.value = fields.password;
    if (fields.role !== undefined) this.role.value = fields.role;
    if (fields.sounds !== undefined) this.sounds.value = fields.sounds;
    if (fields.titleAlert !== undefined) this.titleAlert.value = fields.titleAlert;
    if (fields.visible !== undefined) this.visible.value = fields.visible;
    if (fields.row !== undefined) this.row.value = fields.row;
    if (fields.seen !== undefined) this.seen.value = Math.max(this.seen.peek(), fields.seen);
  }

  addMessages(messages: readonly WireMessage[], gap = false): void {
    this.note(this.log.add(messages, gap));
  }

  addOlder(before: Gid, messages: readonly WireMessage[], more: boolean): void {
    this.note(this.log.addOlder(before, messages, more));
  }

  setMembers(members: readonly { userId: UserId; role: Role }[], reset: boolean): void {
    const next = new Map(reset ? [] : this.members.peek());
    for (const { userId, role } of members) next.set(userId, role);
    this.members.value = next;
  }

  removeMembers(members: readonly { userId: UserId }[]): void {
    const next = new Map(this.members.peek());
    for (const { userId } of members) next.delete(userId);
    this.members.value = next;
  }

  setTyping(userId: UserId, until: number | null): void {
    const next = new Map(this.typing.peek());
    if (until === null) {
      if (!next.delete(userId)) return;
    } else next.set(userId, until);
    this.typing.value = next;
  }

  private note(change: 'none' | 'appended' | 'changed'): void {
    if (change === 'none') return;
    if (change === 'changed') this.structure++;
    this.version.value++;
  }

  /** What others have said since a message, and the first of it that is for the reader; no more than `countLimit` messages are looked at. */
  since(gid: Gid, reader: Reader): NewMessages {
    const { messages } = this.log;
    const found: NewMessages = { count: 0, mentions: 0, firstMention: null };
    for (let i = messages.length - 1; i >= 0 && messages[i]!.gid > gid && found.count < countLimit; i--) {
      const message = messages[i]!;
      if (!isChat(message) || message.status === 'deleted' || reader.isMe(message.userId)) continue;
      found.count++;
      if (!this.isDirect && (this.isServer || !reader.mentionsMe(this.network, message.body))) continue;
      found.mentions++;
      found.firstMention = message.gid;
    }
    return found;
  }
}
