import { Backoff } from './backoff';
import { type Ack, type Notification, offlineStatus, type Request, type TerminateCode } from './messages';

/** `waiting`: between two attempts. `ended`: the server said that coming back is of no use. */
export type ConnectionState = 'connecting' | 'online' | 'waiting' | 'ended';

export interface ConnectionEvents {
  /** The INIT fields that depend on what the client holds. */
  initFields(): Record<string, unknown>;
  received(notifications: Notification[]): void;
  stateChanged(state: ConnectionState, retryAt: number | null): void;
  terminated(code: TerminateCode, reason: string): void;
}

/** The part of WebSocket in use; tests bring a scripted one. */
export interface Socket {
  readonly readyState: number;
  send(data: string): void;
  close(): void;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
}

/** Codes after which the same attempt would fail again until the user does something. */
const final = new Set<TerminateCode>([
  'INVALID_SECRET',
  'UNSUPPORTED_PROTOCOL_VERSION',
  'TOO_MANY_SESSIONS',
  'LOGGED_OUT',
  'ACCOUNT_CLOSED',
]);

const open = 1;

/** Milliseconds without an answer after which the connection counts as dead. */
const answerDeadline = 15_000;

/**
 * Keeps one protocol session alive: connects, says INIT, comes back after a break, and matches
 * acknowledgements to requests. It knows nothing of what the notifications mean.
 */
export class Connection {
  private socket: Socket | null = null;
  private state: ConnectionState = 'connecting';
  private nextReqId = 1;
  private readonly waiting = new Map<number, { resolve: (ack: Ack) => void; timer: ReturnType<typeof setTimeout> }>();
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private lastReceived = 0;
  private closed = false;

  constructor(
    private readonly openSocket: () => Socket,
    private readonly events: ConnectionEvents,
    private readonly backoff = new Backoff(),
  ) {}

  start(): void {
    this.closed = false;
    this.connect();
  }

  /** Ends the connection for good; requests under way answer `OFFLINE`. */
  stop(): void {
    this.closed = true;
    this.clearRetry();
    this.drop();
  }

  /** Reconnects now: the network is back, or the user asked. */
  retryNow(): void {
    if (this.closed || this.state !== 'waiting') return;
    this.clearRetry();
    this.connect();
  }

  /**
   * Asks for a sign of life. A machine that slept holds a socket that looks open and is dead; without
   * this the user would find out by a message that doesn't go out.
   */
  probe(): void {
    if (this.state === 'online' && Date.now() - this.lastReceived > 20_000)
      void this.request({ type: 'GET_PROFILE' }, 4_000);
    else this.retryNow();
  }

  get online(): boolean {
    return this.state === 'online';
  }

  /** Never rejects: without a connection, or when it breaks before the answer, the status is `OFFLINE`. */
  request(request: Request, deadline = answerDeadline): Promise<Ack> {
    const reqId = this.nextReqId++;
    const socket = this.socket;
    if (!socket || this.state !== 'online' || socket.readyState !== open) return Promise.resolve(offline(reqId));
    return new Promise(resolve => {
      const timer = setTimeout(() => this.broken(socket), deadline);
      this.waiting.set(reqId, { resolve, timer });
      socket.send(JSON.stringify({ ...request, reqId }));
    });
  }

  private connect(): void {
    this.drop();
    this.changeState('connecting');
    const socket = this.openSocket();
    this.socket = socket;
    const deadline = setTimeout(() => this.broken(socket), answerDeadline);
    socket.onopen = () => {
      socket.send(
        JSON.stringify({ type: 'INIT', reqId: this.nextReqId++, version: '1.0', ...this.events.initFields() }),
      );
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (this.socket !== socket) return;
      this.lastReceived = Date.now();
      this.receive(JSON.parse(String(event.data)) as Notification[], deadline);
    };
    socket.onclose = () => {
      clearTimeout(deadline);
      this.broken(socket);
    };
  }

  private receive(notifications: Notification[], deadline: ReturnType<typeof setTimeout>): void {
    let end: { code: TerminateCode; reason: string } | null = null;
    for (const notification of notifications) {
      if (notification.type === 'INIT_OK') {
        clearTimeout(deadline);
        this.changeState('online');
      } else if (notification.type === 'FINISH_INIT') this.backoff.reset();
      else if (notification.type === 'TERMINATE') end = notification;
    }
    // Notifications come before the ACK that they belong to, and are applied first.
    this.events.received(notifications);
    for (const notification of notifications) if (notification.type === 'ACK') this.answered(notification);
    if (end) this.end(end.code, end.reason);
  }

  private answered(ack: Ack): void {
    const entry = this.waiting.get(ack.reqId);
    if (!entry) return;
    this.waiting.delete(ack.reqId);
    clearTimeout(entry.timer);
    entry.resolve(ack);
  }

  private end(code: TerminateCode, reason: string): void {
    if (final.has(code)) {
      this.closed = true;
      this.drop();
      this.changeState('ended');
    }
    this.events.terminated(code, reason);
  }

  private broken(socket: Socket): void {
    if (this.socket !== socket) return;
    this.drop();
    if (this.closed) return;
    const pause = this.backoff.next();
    this.retryTimer = setTimeout(() => this.connect(), pause);
    this.changeState('waiting', Date.now() + pause);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const unanswered = [...this.waiting];
    this.waiting.clear();
    for (const [reqId, entry] of unanswered) {
      clearTimeout(entry.timer);
      entry.resolve(offline(reqId));
    }
  }

  private clearRetry(): void {
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    this.retryTimer = null;
  }

  private changeState(state: ConnectionState, retryAt: number | null = null): void {
    this.state = state;
    this.events.stateChanged(state, retryAt);
  }
}

function offline(reqId: number): Ack {
  return { type: 'ACK', reqId, status: offlineStatus };
}
