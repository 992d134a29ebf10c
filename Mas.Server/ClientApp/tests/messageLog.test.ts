import { describe, expect, it } from 'vitest';
import type { WireMessage } from '../src/protocol/messages';
import { MessageLog } from '../src/state/messageLog';

const message = (gid: number, rev?: number, body = `b${gid}`): WireMessage => ({
  gid,
  userId: '1',
  ts: gid,
  cat: 'msg',
  body,
  ...(rev === undefined ? {} : { rev, status: 'edited' as const }),
});
const gids = (log: MessageLog) => log.messages.map(one => one.gid);

describe('MessageLog', () => {
  it('says of a gap for which the server has nothing that it stays', () => {
    const log = new MessageLog();
    log.add([message(1)]);
    log.add([message(9)], true);
    expect(log.addOlder(9, [], false)).toBe('changed');
    expect([...log.gaps]).toEqual([9]);
    expect([...log.lost]).toEqual([9]);
  });

  it('orders by gid and drops doubles', () => {
    const log = new MessageLog();
    expect(log.add([message(5), message(7)])).toBe('appended');
    expect(log.add([message(6), message(5)])).toBe('changed');
    expect(log.add([message(6)])).toBe('none');
    expect(gids(log)).toEqual([5, 6, 7]);
  });

  it('takes a later edit and ignores an earlier one', () => {
    const log = new MessageLog();
    log.add([message(5), message(6)]);
    expect(log.add([message(5, 9, 'second')])).toBe('changed');
    expect(log.add([message(5, 8, 'first')])).toBe('none');
    expect(log.get(5)!.body).toBe('second');
  });

  it('names the highest gid or rev as the newest', () => {
    const log = new MessageLog();
    expect(log.newest).toBe(0);
    log.add([message(5), message(6), message(5, 12)]);
    expect(log.newest).toBe(12);
    expect(log.oldest).toBe(5);
  });

  it('remembers a gap until the messages before it are there', () => {
    const log = new MessageLog();
    log.add([message(1), message(2)]);
    log.add([message(10), message(11)], true);
    expect([...log.gaps]).toEqual([10]);
    log.addOlder(10, [message(7), message(8), message(9)], true);
    expect([...log.gaps]).toEqual([7]);
    log.addOlder(7, [message(2), message(3)], true);
    expect([...log.gaps]).toEqual([]);
    expect(gids(log)).toEqual([1, 2, 3, 7, 8, 9, 10, 11]);
  });

  it('has no gap when it held nothing before', () => {
    const log = new MessageLog();
    log.add([message(10)], true);
    expect(log.gaps.size).toBe(0);
  });
});
