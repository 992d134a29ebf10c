import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Backoff } from '../src/protocol/backoff';
import { Connection, type ConnectionState, type Socket } from '../src/protocol/connection';
import type { Notification } from '../src/protocol/messages';

/** The server's end: what was sent, and a way to answer. */
class ScriptedSocket implements Socket {
  readyState = 0;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: ((event: never) => unknown) | null = null;
  onmessage: ((event: never) => unknown) | null = null;
  onclose: ((event: never) => unknown) | null = null;

  send(data: string) {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }
  close() {
    this.closed = true;
  }
  open() {
    this.readyState = 1;
    this.onopen?.({} as never);
  }
  frame(...notifications: object[]) {
    this.onmessage?.({ data: JSON.stringify(notifications) } as never);
  }
  welcome() {
    this.open();
    this.frame(
      { type: 'INIT_OK', reqId: 1, sessionId: 's', userId: '1', maxBacklogMsgs: 100 },
      { type: 'FINISH_INIT' },
    );
  }
  break() {
    this.readyState = 3;
    this.onclose?.({} as never);
  }
}

function start(cached: () => Record<string, unknown> = () => ({})) {
  const sockets: ScriptedSocket[] = [];
  const states: ConnectionState[] = [];
  const received: Notification[] = [];
  const ends: string[] = [];
  const connection = new Connection(
    () => {
      sockets.push(new ScriptedSocket());
      return sockets.at(-1)!;
    },
    {
      initFields: cached,
      received: notifications => received.push(...notifications),
      stateChanged: state => states.push(state),
      terminated: code => ends.push(code),
    },
    new Backoff(1000, 8000, () => 1),
  );
  connection.start();
  return { connection, sockets, states, received, ends };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('Backoff', () => {
  it('doubles up to its limit and draws from the upper half', () => {
    const low = new Backoff(1000, 8000, () => 0);
    expect([low.next(), low.next(), low.next(), low.next(), low.next()]).toEqual([500, 1000, 2000, 4000, 4000]);
    low.reset();
    expect(low.next()).toBe(500);
    expect(new Backoff(1000, 8000, () => 1).next()).toBe(1000);
  });
});

describe('Connection', () => {
  it('says INIT first and is online with the answer', () => {
    const { sockets, states } = start(() => ({ cached: { 3: 99 } }));
    sockets[0]!.open();
    expect(sockets[0]!.sent[0]).toMatchObject({ type: 'INIT', version: '1.0', cached: { 3: 99 } });
    sockets[0]!.frame({ type: 'INIT_OK', reqId: 1, sessionId: 's', userId: '1', maxBacklogMsgs: 100 });
    expect(states).toEqual(['connecting', 'online']);
  });

  it('matches acknowledgements to requests, whatever their order', async () => {
    const { connection, sockets } = start();
    sockets[0]!.welcome();
    const first = connection.request({ type: 'A' });
    const second = connection.request({ type: 'B' });
    const [, a, b] = sockets[0]!.sent;
    sockets[0]!.frame(
      { type: 'ACK', reqId: b!.reqId, status: 'OK', gid: 2 },
      { type: 'ACK', reqId: a!.reqId, status: 'ERROR' },
    );
    expect((await second).gid).toBe(2);
    expect((await first).status).toBe('ERROR');
  });

  it('takes the first answer, and passes over one that comes late or again', async () => {
    const { connection, sockets, states } = start();
    sockets[0]!.welcome();
    const first = connection.request({ type: 'SEND' });
    const reqId = sockets[0]!.sent[1]!.reqId;
    sockets[0]!.frame({ type: 'ACK', reqId, status: 'UNAVAILABLE' });
    sockets[0]!.frame({ type: 'ACK', reqId, status: 'OK', gid: 7 });
    const second = connection.request({ type: 'SEND', retry: true });
    sockets[0]!.frame(
      { type: 'ACK', reqId, status: 'OK', gid: 7 },
      { type: 'ACK', reqId: sockets[0]!.sent[2]!.reqId, status: 'OK', gid: 7 },
    );
    expect((await first).status).toBe('UNAVAILABLE');
    expect((await second).gid).toBe(7);
    expect(states.at(-1)).toBe('online');
  });

  it('answers OFFLINE for what the break left open, and comes back with growing pauses', async () => {
    const { connection, sockets } = start();
    sockets[0]!.welcome();
    const open = connection.request({ type: 'A' });
    sockets[0]!.break();
    expect((await open).status).toBe('OFFLINE');
    expect((await connection.request({ type: 'B' })).status).toBe('OFFLINE');
    vi.advanceTimersByTime(999);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(2);
    sockets[1]!.break();
    vi.advanceTimersByTime(2000);
    expect(sockets).toHaveLength(3);
  });

  it('starts its pauses anew after a complete session', () => {
    const { sockets } = start();
    sockets[0]!.break();
    vi.advanceTimersByTime(1000);
    sockets[1]!.welcome();
    sockets[1]!.break();
    vi.advanceTimersByTime(1000);
    expect(sockets).toHaveLength(3);
  });

  it('stays away when the login is not valid, and comes back when the server stops', () => {
    const refused = start();
    refused.sockets[0]!.open();
    refused.sockets[0]!.frame({ type: 'TERMINATE', code: 'INVALID_SECRET', reason: '' });
    vi.advanceTimersByTime(60_000);
    expect(refused.sockets).toHaveLength(1);
    expect(refused.states.at(-1)).toBe('ended');

    const stopping = start();
    stopping.sockets[0]!.welcome();
    stopping.sockets[0]!.frame({ type: 'TERMINATE', code: 'SERVER_STOPPING', reason: '' });
    stopping.sockets[0]!.break();
    vi.advanceTimersByTime(1000);
    expect(stopping.sockets).toHaveLength(2);
    expect(stopping.ends).toEqual(['SERVER_STOPPING']);
  });

  it('takes a silent connection for dead', async () => {
    const { connection, sockets } = start();
    sockets[0]!.welcome();
    const open = connection.request({ type: 'A' });
    vi.advanceTimersByTime(15_000);
    expect((await open).status).toBe('OFFLINE');
    expect(sockets[0]!.closed).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(sockets).toHaveLength(2);
  });

  it('tries at once when asked to', () => {
    const { connection, sockets } = start();
    sockets[0]!.break();
    connection.retryNow();
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(5000);
    expect(sockets).toHaveLength(2);
  });

  it('applies what came before an acknowledgement in its frame first', async () => {
    const { connection, sockets, received } = start();
    sockets[0]!.welcome();
    let known = 0;
    const asked = connection
      .request({ type: 'CREATE' })
      .then(() => (known = received.filter(one => one.type === 'ADD_WINDOW').length));
    sockets[0]!.frame(
      { type: 'ADD_WINDOW', windowId: 1 },
      { type: 'ACK', reqId: sockets[0]!.sent[1]!.reqId, status: 'OK' },
    );
    await asked;
    expect(known).toBe(1);
  });
});
