import { batch, signal } from '@preact/signals';
import { statusText, t } from '../i18n';
import { CatchUp, type Missed } from '../notify/catchUp';
import { type Reaction, reactTo } from '../notify/reaction';
import { Connection, type ConnectionState, type Socket } from '../protocol/connection';
import { post } from '../protocol/http';
import type { Ack, Gid, Request, TerminateCode, UserId, WindowId, WireMessage } from '../protocol/messages';
import { isChat } from '../timeline/rows';
import { NotificationApplier } from './apply';
import type { ChatWindow } from './chatWindow';
import { missingGroup, type NewGroup } from './missingGroup';
import { Outgoing, type PendingMessage } from './outgoing';
import { SeenReporter } from './seenReporter';
import { forgetSettings, mergeSettings, preferences } from './settings';
import { spokenText } from './spoken';
import { masNetwork, Store } from './store';
import { say } from './toasts';
import { openWindow, view, windowsInSight } from './view';
import { whoisText } from './whois';

/** `starting`: nobody knows yet whether there is a login; `ended`: see `client.ending`. */
export type Phase = 'starting' | 'signedOut' | 'loading' | 'ready' | 'ended';

export interface NotifySink {
  react(window: ChatWindow, message: WireMessage, reaction: Reaction): void;
  catchUp(missed: Missed): void;
}

const pageSize = 100; // messages of one FETCH
/** The longest text that a SEND may carry. */
export const maxText = 8000;

/** The signed-in user's chat: what is known, and what can be done. Components read and call only this. */
export class ChatClient {
  readonly store = new Store();
  readonly phase = signal<Phase>('starting');
  readonly ending = signal<{ code: TerminateCode; reason: string } | null>(null);
  readonly connection = signal<ConnectionState>('connecting');
  /** When the next attempt to connect begins, in milliseconds. */
  readonly retryAt = signal<number | null>(null);

  private readonly link: Connection;
  private readonly applier: NotificationApplier;
  private readonly outgoing: Outgoing;
  private readonly seen: SeenReporter;
  private readonly missed = new CatchUp();
  private readonly lastTyping = new Map<WindowId, number>();
  /** A requested window is shown when it arrives. */
  private opening = 0;
  private everOnline = false;
  /** The session began without windows: initial groups are joined after the registration. */
  private awaitsFirst = false;

  constructor(
    openSocket: () => Socket,
    private readonly sink: NotifySink,
    storage: Storage,
  ) {
    this.outgoing = new Outgoing(
      {
        send: message => this.send(message),
        changed: (windowId, pending) => {
          const window = this.find(windowId);
          if (window) window.pending.value = pending;
        },
        confirmed: (message, ack) => this.confirmed(message, ack),
        refused: (message, ack) => this.refused(message, ack),
      },
      storage,
    );
    this.applier = new NotificationApplier(this.store, {
      messageArrived: (window, message) => this.arrived(window, message),
      ownMessageSeen: (windowId, rid) => this.outgoing.discard(windowId, rid),
      windowAdded: window => this.windowAdded(window),
      windowRemoved: window => {
        if (view.active.peek() !== window.id) return;
        view.active.value = null;
        if (view.main.peek() === 'window') view.main.value = 'grid';
      },
      friendAsked: userId => say({ text: t('friends.wants', { name: this.store.nick(userId, masNetwork) }) }),
      backlogAdded: (window, newest) => {
        if (this.phase.peek() !== 'ready') return;
        this.setMarker(window);
        this.missed.note(window, newest);
      },
      sessionComplete: () => this.sessionComplete(),
    });
    this.seen = new SeenReporter(
      async (windowId, gid) => (await this.request({ type: 'SEEN', windowId, gid })).status !== 'OFFLINE',
    );
    this.link = new Connection(openSocket, {
      initFields: () => this.initFields(),
      received: notifications =>
        batch(() => {
          for (const notification of notifications) this.applier.apply(notification);
        }),
      stateChanged: (state, retryAt) => this.linkChanged(state, retryAt),
      terminated: (code, reason) => this.terminated(code, reason),
    });
  }

  /** Connects with the browser's cookie. */
  start(): void {
    this.ending.value = null;
    if (this.phase.peek() !== 'starting') this.phase.value = 'loading';
    this.link.start();
  }

  wake(): void {
    if (this.phase.peek() !== 'signedOut') this.link.probe();
  }

  retryNow(): void {
    this.link.retryNow();
  }

  /** Sends a request; its failure is told to the user unless `quiet`. */
  async request(request: Request, quiet = true): Promise<Ack> {
    const ack = await this.link.request(request);
    if (!quiet && ack.status !== 'OK') say({ text: statusText(ack.status, ack.errorMsg), kind: 'error' });
    return ack;
  }

  /** Like `request`, and shows the window that it opens. */
  async open(request: Request): Promise<Ack> {
    this.opening++;
    try {
      const ack = await this.link.request(request);
      if (ack.status === 'OK' && ack.windowId !== undefined && this.find(ack.windowId)) openWindow(ack.windowId);
      return ack;
    } finally {
      // Another process may announce the window a moment after the ACK.
      setTimeout(() => this.opening--, 3_000);
    }
  }

  createGroup({ name, password }: NewGroup): Promise<Ack> {
    return this.open({ type: 'CREATE', name, ...(password === '' ? {} : { password }) });
  }

  async chatWith(userId: UserId, network = masNetwork): Promise<void> {
    const held = this.store.windows.peek().find(window => window.peer === userId && window.network === network);
    if (held) {
      openWindow(held.id);
      return;
    }
    const ack = await this.open({ type: 'CHAT', userId, network });
    if (ack.status !== 'OK') say({ text: statusText(ack.status, ack.errorMsg), kind: 'error' });
  }

  sendText(window: ChatWindow, text: string): void {
    window.complaint.value = null;
    if (/^\/(join|query|msg)\b/i.test(text)) {
      this.opening++;
      setTimeout(() => this.opening--, 5_000);
    }
    this.outgoing.add(this.store.me.peek(), window.id, text, Math.floor(Date.now() / 1000));
  }

  retrySend(message: PendingMessage): void {
    this.outgoing.retry(message.windowId, message.rid);
  }

  discardSend(message: PendingMessage): void {
    this.outgoing.discard(message.windowId, message.rid);
  }

  /** At most every three seconds. */
  typing(window: ChatWindow): void {
    const now = Date.now();
    if (window.isServer || now - (this.lastTyping.get(window.id) ?? 0) < 3_000) return;
    this.lastTyping.set(window.id, now);
    void this.request({ type: 'TYPING', windowId: window.id });
  }

  /** The newest message of the window is visible. */
  markSeen(window: ChatWindow): void {
    const newest = window.log.messages.at(-1)?.gid ?? 0;
    if (newest <= window.seen.peek()) return;
    window.seen.value = newest;
    this.seen.report(window.id, newest);
  }

  async loadOlder(window: ChatWindow): Promise<void> {
    const before = window.log.oldest;
    if (before === null || window.history.peek() !== 'idle') return;
    window.history.value = 'loading';
    const ack = await this.request({ type: 'FETCH', windowId: window.id, before, limit: pageSize });
    batch(() => {
      if (ack.status === 'OK') window.addOlder(before, ack.msgs ?? [], ack.more === true);
      window.history.value = ack.status === 'OK' && ack.more !== true ? 'start' : 'idle';
    });
  }

  async loadGap(window: ChatWindow, before: Gid): Promise<void> {
    const ack = await this.request({ type: 'FETCH', windowId: window.id, before, limit: pageSize }, false);
    if (ack.status === 'OK') window.addOlder(before, ack.msgs ?? [], ack.more === true);
  }

  /** Edits an own message; the change itself comes back as a notification. */
  async edit(window: ChatWindow, gid: Gid, text: string): Promise<boolean> {
    return (await this.request({ type: 'EDIT', windowId: window.id, gid, text }, false)).status === 'OK';
  }

  /** Shown at once, and taken back when the server refuses it. */
  async updateWindow(
    window: ChatWindow,
    fields: Partial<{ sounds: boolean; titleAlert: boolean; visible: boolean; row: number }>,
  ): Promise<void> {
    const before = {
      sounds: window.sounds.peek(),
      titleAlert: window.titleAlert.peek(),
      visible: window.visible.peek(),
      row: window.row.peek(),
    };
    window.update(fields);
    const ack = await this.request({ type: 'UPDATE', windowId: window.id, ...fields }, false);
    if (ack.status === 'OK') return;
    for (const name of Object.keys(fields) as (keyof typeof before)[])
      if (window[name].peek() === fields[name]) window.update({ [name]: before[name] });
  }

  async set(changes: Record<string, string>): Promise<void> {
    mergeSettings(changes);
    await this.request({ type: 'SET', settings: changes }, false);
  }

  async acknowledgeAlert(alertId: number): Promise<void> {
    this.store.alerts.value = this.store.alerts.peek().filter(alert => alert.alertId !== alertId);
    await this.request({ type: 'ACKALERT', alertId });
  }

  async logOut(allSessions = false): Promise<void> {
    this.link.stop();
    await post('/api/logout', { allSessions });
    this.signedOut();
  }

  private find(id: WindowId): ChatWindow | undefined {
    return this.store.windows.peek().find(window => window.id === id);
  }

  private initFields(): Record<string, unknown> {
    const cached: Record<string, Gid> = {};
    for (const window of this.store.windows.peek()) if (window.log.newest > 0) cached[window.id] = window.log.newest;
    return { clientName: 'MAS web', maxBacklogMsgs: 100, ...(Object.keys(cached).length > 0 ? { cached } : {}) };
  }

  private linkChanged(state: ConnectionState, retryAt: number | null): void {
    batch(() => {
      this.connection.value = state;
      this.retryAt.value = retryAt;
      if (state === 'online') this.everOnline = true;
      else this.outgoing.disconnected();
      // The server may be away too: the form says so better than a blank page.
      if (state === 'waiting' && !this.everOnline && this.phase.peek() === 'starting' && !signedInBefore())
        this.phase.value = 'signedOut';
    });
    if (this.phase.peek() === 'signedOut') this.link.stop();
  }

  private terminated(code: TerminateCode, reason: string): void {
    if (code === 'INVALID_SECRET' || code === 'LOGGED_OUT' || code === 'ACCOUNT_CLOSED') {
      const was = this.phase.peek();
      this.signedOut();
      if (was !== 'starting') this.ending.value = { code, reason };
    } else if (this.connection.peek() === 'ended') {
      batch(() => {
        this.ending.value = { code, reason };
        this.phase.value = 'ended';
      });
    }
  }

  private signedOut(): void {
    batch(() => {
      localStorage.removeItem(signedInKey);
      this.everOnline = false;
      this.outgoing.clear();
      this.store.clear();
      forgetSettings();
      view.active.value = null;
      view.main.value = 'grid';
      view.dialog.value = null;
      view.listOpen.value = true;
      this.phase.value = 'signedOut';
    });
  }

  private sessionComplete(): void {
    const first = this.phase.peek() !== 'ready';
    if (first) {
      localStorage.setItem(signedInKey, 'yes');
      this.outgoing.restore(this.store.me.peek());
      for (const window of this.store.windows.peek()) this.setMarker(window);
      this.chooseFirstView();
    }
    this.phase.value = 'ready';
    const missed = this.missed.take(this.store, watched);
    const { desktopNotifications, soundNotifications } = preferences.peek();
    this.sink.catchUp({
      ...missed,
      count: desktopNotifications === 'on' ? missed.count : 0,
      sound: missed.sound && soundNotifications === 'on',
    });
    this.outgoing.connected();
    this.seen.connected();
  }

  /** A first visit ends in the chat; whoever has several windows sees them side by side. */
  private chooseFirstView(): void {
    const shown = this.store.windows.peek().filter(window => window.visible.peek());
    const phone = view.phone.peek();
    const only = shown.length === 1 ? shown[0] : undefined;
    this.awaitsFirst = this.store.windows.peek().length === 0;
    if (only && (!phone || this.store.windows.peek().length === 1)) openWindow(only.id);
    else view.active.value = shown[0]?.id ?? null;
  }

  /** Messages that arrived while disconnected begin with a "new" line. */
  private setMarker(window: ChatWindow): void {
    if (window.unread.peek().count > 0 && window.seen.peek() > 0) window.marker.value = window.seen.peek();
  }

  private windowAdded(window: ChatWindow): void {
    if (this.opening > 0 || (this.awaitsFirst && view.main.peek() === 'grid')) openWindow(window.id);
    this.awaitsFirst = false;
  }

  private send(message: PendingMessage): Promise<Ack> {
    const { windowId, text, rid, tried } = message;
    return this.link.request({ type: 'SEND', windowId, text, rid, ...(tried ? { retry: true } : {}) });
  }

  /** The sending session gets an ACK, and no ADD_MESSAGES. */
  private confirmed(message: PendingMessage, ack: Ack): void {
    const window = this.find(message.windowId);
    if (!window) return;
    if (ack.text !== undefined) say({ text: ack.text, sticky: true });
    else if (ack.nick !== undefined) say({ text: whoisText(ack), sticky: true });
    const shown = spokenText(message.text);
    if (shown && ack.gid !== undefined) {
      window.addMessages([
        { gid: ack.gid, ts: ack.ts ?? message.ts, userId: this.store.me.peek(), rid: message.rid, ...shown },
      ]);
      window.marker.value = null;
      this.markSeen(window);
    }
  }

  private refused(message: PendingMessage, ack: Ack): void {
    const window = this.find(message.windowId);
    if (!window || spokenText(message.text)) return;
    this.outgoing.discard(message.windowId, message.rid);
    window.complaint.value = {
      command: message.text,
      reason: t('compose.failed', {
        command: message.text.split(/\s/)[0]!,
        reason: statusText(ack.status, ack.errorMsg),
      }),
      missing: missingGroup(window.network, message.text, ack.status),
    };
  }

  private arrived(window: ChatWindow, message: WireMessage): void {
    const isWatched = watched(window);
    // At once, so that no count appears for a visible window.
    if (isWatched && window.followed) this.markSeen(window);
    // The first that is unread again: the line moves on from what was read since it was drawn.
    const first = window.marker.peek() === null || window.unread.peek().count === 1;
    if (!isWatched && first && isChat(message) && !this.store.isMe(message.userId))
      window.marker.value = Math.max(window.seen.peek(), 1);
    const reaction = reactTo({
      own: this.store.isMe(message.userId),
      cat: message.cat,
      direct: window.isDirect,
      mentioned: !window.isServer && this.store.mentionsMe(window.network, message.body),
      sounds: window.sounds.peek(),
      titleAlert: window.titleAlert.peek(),
      watched: isWatched,
      desktopAllowed: preferences.peek().desktopNotifications === 'on',
      soundAllowed: preferences.peek().soundNotifications === 'on',
    });
    this.sink.react(window, message, reaction);
  }
}

function watched(window: ChatWindow): boolean {
  return view.focused.peek() && windowsInSight() && window.onScreen.peek();
}

const signedInKey = 'mas.signedIn';

function signedInBefore(): boolean {
  return localStorage.getItem(signedInKey) !== null;
}
