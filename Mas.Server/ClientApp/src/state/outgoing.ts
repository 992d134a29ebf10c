import { type Ack, offlineStatus, type WindowId } from '../protocol/messages';

export interface PendingMessage {
  /** Names the message, so that the server posts it once however often it is sent. */
  rid: string;
  windowId: WindowId;
  text: string;
  /** When it was written, unix seconds. */
  ts: number;
  state: 'sending' | 'waiting' | 'failed';
  tried: boolean;
  status?: string;
  errorMsg?: string;
}

export interface OutgoingEvents {
  send(message: PendingMessage): Promise<Ack>;
  changed(windowId: WindowId, pending: readonly PendingMessage[]): void;
  confirmed(message: PendingMessage, ack: Ack): void;
  refused(message: PendingMessage, ack: Ack): void;
}

/** Where unsent messages outlive a reload of the page. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const storeKey = 'mas.outgoing';
/** A short pause keeps the order and costs little. */
const unavailablePause = 1_500;

/**
 * The messages that the server has not acknowledged yet. In each window one is under way at a time, so
 * that they arrive in the order in which they were written, whatever fails in between; what is not
 * acknowledged when the connection breaks is sent again after it, with `retry`.
 */
export class Outgoing {
  private readonly queues = new Map<WindowId, PendingMessage[]>();
  private readonly busy = new Set<WindowId>();
  private readonly paused = new Set<WindowId>();
  private online = false;

  constructor(
    private readonly events: OutgoingEvents,
    private readonly store: Store,
    private readonly newRid: () => string = () => crypto.randomUUID(),
    // The browser's setTimeout throws when called as a method.
    private readonly later: (action: () => void, ms: number) => void = (action, ms) => void setTimeout(action, ms),
  ) {}

  /** Restores unsent messages of this tab. `owner` keeps accounts apart. */
  restore(owner: string): void {
    const kept = this.read();
    if (kept.owner !== owner) return;
    for (const message of kept.messages)
      this.queue(message.windowId).push({ ...message, state: 'waiting', tried: true });
    for (const windowId of this.queues.keys()) this.publish(windowId);
  }

  add(owner: string, windowId: WindowId, text: string, ts: number): void {
    this.owner = owner;
    const message: PendingMessage = {
      rid: this.newRid(),
      windowId,
      text,
      ts,
      state: this.online ? 'sending' : 'waiting',
      tried: false,
    };
    this.queue(windowId).push(message);
    this.publish(windowId);
    void this.pump(windowId);
  }

  connected(): void {
    this.online = true;
    this.paused.clear();
    for (const windowId of [...this.queues.keys()]) void this.pump(windowId);
  }

  disconnected(): void {
    this.online = false;
  }

  retry(windowId: WindowId, rid: string): void {
    const queue = this.queue(windowId);
    const index = queue.findIndex(message => message.rid === rid && message.state === 'failed');
    if (index < 0) return;
    const [message] = queue.splice(index, 1);
    queue.push({ ...message!, state: 'waiting', tried: true });
    this.publish(windowId);
    void this.pump(windowId);
  }

  /** The user discards a message, or the history holds it. */
  discard(windowId: WindowId, rid: string): void {
    const queue = this.queues.get(windowId);
    const index = queue?.findIndex(message => message.rid === rid) ?? -1;
    if (index < 0) return;
    queue!.splice(index, 1);
    this.publish(windowId);
  }

  clear(): void {
    this.queues.clear();
    this.paused.clear();
    this.save();
  }

  private owner = '';

  private async pump(windowId: WindowId): Promise<void> {
    if (this.busy.has(windowId) || this.paused.has(windowId)) return;
    this.busy.add(windowId);
    try {
      for (let next = this.next(windowId); next && this.online; next = this.next(windowId)) {
        const pause = await this.sendOne(next);
        if (pause === null) continue;
        if (pause > 0) this.pause(windowId, pause);
        return;
      }
    } finally {
      this.busy.delete(windowId);
    }
  }

  private pause(windowId: WindowId, ms: number): void {
    this.paused.add(windowId);
    this.later(() => {
      // A reconnect ends the pause early.
      if (this.paused.delete(windowId)) void this.pump(windowId);
    }, ms);
  }

  /** Sends one; returns null when it is done with, else the pause before it should be tried again. */
  private async sendOne(message: PendingMessage): Promise<number | null> {
    const sending = this.replace(message, { state: 'sending' });
    const ack = await this.events.send(sending);
    switch (ack.status) {
      case 'OK':
        this.discard(message.windowId, message.rid);
        this.events.confirmed(sending, ack);
        return null;
      case offlineStatus:
        this.replace(sending, { state: 'waiting', tried: true });
        // A pause of 0 waits for the connection.
        return 0;
      case 'UNAVAILABLE':
      case 'RATE_LIMITED':
        this.replace(sending, { state: 'waiting', tried: true });
        return ack.retryAfter === undefined ? unavailablePause : Math.max(100, ack.retryAfter * 1000);
      default:
        this.replace(sending, {
          state: 'failed',
          status: ack.status,
          ...(ack.errorMsg === undefined ? {} : { errorMsg: ack.errorMsg }),
        });
        this.events.refused(sending, ack);
        return null;
    }
  }

  private next(windowId: WindowId): PendingMessage | undefined {
    return this.queues.get(windowId)?.find(message => message.state !== 'failed');
  }

  private replace(message: PendingMessage, change: Partial<PendingMessage>): PendingMessage {
    const queue = this.queue(message.windowId);
    const index = queue.findIndex(other => other.rid === message.rid);
    const next = { ...message, ...change };
    if (index >= 0) queue[index] = next;
    this.publish(message.windowId);
    return next;
  }

  private queue(windowId: WindowId): PendingMessage[] {
    let queue = this.queues.get(windowId);
    if (!queue) this.queues.set(windowId, (queue = []));
    return queue;
  }

  private publish(windowId: WindowId): void {
    this.events.changed(windowId, [...this.queue(windowId)]);
    this.save();
  }

  private save(): void {
    const messages = [...this.queues.values()].flat();
    this.store.setItem(storeKey, JSON.stringify({ owner: this.owner, messages }));
  }

  private read(): { owner: string; messages: PendingMessage[] } {
    const text = this.store.getItem(storeKey);
    return text === null
      ? { owner: '', messages: [] }
      : (JSON.parse(text) as { owner: string; messages: PendingMessage[] });
  }
}
