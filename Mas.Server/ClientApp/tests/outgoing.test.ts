import { describe, expect, it } from 'vitest';
import type { Ack } from '../src/protocol/messages';
import { Outgoing, type PendingMessage, type Store } from '../src/state/outgoing';
import { waitingCommands } from '../src/state/spoken';

class Harness {
  readonly sent: { text: string; rid: string; tried: boolean; answer: (ack: Partial<Ack>) => Promise<void> }[] = [];
  readonly confirmed: string[] = [];
  pending: readonly PendingMessage[] = [];
  readonly timers: { action: () => void; ms: number }[] = [];
  readonly kept = new Map<string, string>();
  readonly outgoing: Outgoing;
  private rid = 0;

  constructor(kept?: Map<string, string>) {
    if (kept) this.kept = kept;
    const store: Store = {
      getItem: key => this.kept.get(key) ?? null,
      setItem: (key, value) => void this.kept.set(key, value),
    };
    this.outgoing = new Outgoing(
      {
        send: message =>
          new Promise(resolve => {
            const answer = async (ack: Partial<Ack>) => {
              resolve({ type: 'ACK', reqId: 1, status: 'OK', ...ack });
              await new Promise(done => setTimeout(done));
            };
            this.sent.push({ text: message.text, rid: message.rid, tried: message.tried, answer });
          }),
        changed: (_windowId, pending) => (this.pending = pending),
        confirmed: message => void this.confirmed.push(message.text),
        refused: () => undefined,
      },
      store,
      () => `r${++this.rid}`,
      (action, ms) => void this.timers.push({ action, ms }),
    );
  }

  say(text: string) {
    this.outgoing.add('1', 7, text, 100);
  }
}

describe('Outgoing', () => {
  it('sends one at a time, in order', async () => {
    const harness = new Harness();
    harness.outgoing.connected();
    harness.say('a');
    harness.say('b');
    expect(harness.sent.map(one => one.text)).toEqual(['a']);
    await harness.sent[0]!.answer({ gid: 1 });
    expect(harness.sent.map(one => one.text)).toEqual(['a', 'b']);
    await harness.sent[1]!.answer({ gid: 2 });
    expect(harness.confirmed).toEqual(['a', 'b']);
    expect(harness.pending).toEqual([]);
  });

  it('keeps what is written offline, and sends it in order afterwards', async () => {
    const harness = new Harness();
    harness.say('a');
    harness.say('b');
    expect(harness.sent).toEqual([]);
    expect(harness.pending.map(message => message.state)).toEqual(['waiting', 'waiting']);
    harness.outgoing.connected();
    await harness.sent[0]!.answer({ gid: 1 });
    await harness.sent[1]!.answer({ gid: 2 });
    expect(harness.confirmed).toEqual(['a', 'b']);
  });

  it('sends an unanswered one again, as the same, when the connection is back', async () => {
    const harness = new Harness();
    harness.outgoing.connected();
    harness.say('a');
    harness.outgoing.disconnected();
    await harness.sent[0]!.answer({ status: 'OFFLINE' });
    expect(harness.sent).toHaveLength(1);
    harness.outgoing.connected();
    expect(harness.sent[1]).toMatchObject({ text: 'a', rid: 'r1', tried: true });
  });

  it('tells which commands wait, until they are sent', async () => {
    const harness = new Harness();
    for (const text of ['hello', '/topic new', '/me waves', '//not a command']) harness.say(text);
    expect(waitingCommands(harness.pending).map(message => message.text)).toEqual(['/topic new']);
    harness.outgoing.connected();
    await harness.sent[0]!.answer({ gid: 1 });
    expect(harness.sent[1]!.text).toBe('/topic new');
    expect(waitingCommands(harness.pending)).toEqual([]);
  });

  it('waits as long as the server asks', async () => {
    const harness = new Harness();
    harness.outgoing.connected();
    harness.say('a');
    await harness.sent[0]!.answer({ status: 'RATE_LIMITED', retryAfter: 2 });
    expect(harness.timers[0]!.ms).toBe(2000);
    harness.timers[0]!.action();
    expect(harness.sent[1]).toMatchObject({ text: 'a', rid: 'r1', tried: true });
  });

  it('pauses a window once, however much is written meanwhile, until the pause or the connection is over', async () => {
    const harness = new Harness();
    harness.outgoing.connected();
    for (const text of ['a', 'b', 'c']) harness.say(text);
    await harness.sent[0]!.answer({ status: 'UNAVAILABLE' });
    harness.say('d');
    expect(harness.timers.length).toBe(1);
    expect(harness.sent.length).toBe(1);
    harness.timers[0]!.action();
    expect(harness.sent.map(one => one.text)).toEqual(['a', 'a']);
    await harness.sent[1]!.answer({ status: 'UNAVAILABLE' });
    harness.outgoing.disconnected();
    harness.outgoing.connected();
    expect(harness.sent.map(one => one.text)).toEqual(['a', 'a', 'a']);
    harness.timers[1]!.action();
    expect(harness.sent.length).toBe(3);
  });

  it('keeps a refused one to be sent again, and goes on with the next', async () => {
    const harness = new Harness();
    harness.outgoing.connected();
    harness.say('a');
    harness.say('b');
    await harness.sent[0]!.answer({ status: 'NO_PERMISSION', errorMsg: 'no' });
    expect(harness.pending[0]).toMatchObject({ state: 'failed', status: 'NO_PERMISSION', errorMsg: 'no' });
    await harness.sent[1]!.answer({ gid: 2 });
    harness.outgoing.retry(7, 'r1');
    await harness.sent[2]!.answer({ gid: 3 });
    expect(harness.confirmed).toEqual(['b', 'a']);
  });

  it('drops what the history turned out to hold', async () => {
    const harness = new Harness();
    harness.say('a');
    harness.outgoing.discard(7, 'r1');
    harness.outgoing.connected();
    expect(harness.sent).toEqual([]);
  });

  it('survives a reload of the page, for the same user only', () => {
    const first = new Harness();
    first.say('a');
    const other = new Harness(first.kept);
    other.outgoing.restore('2');
    expect(other.pending).toEqual([]);
    const same = new Harness(first.kept);
    same.outgoing.restore('1');
    same.outgoing.connected();
    expect(same.sent[0]).toMatchObject({ text: 'a', rid: 'r1', tried: true });
  });
});
