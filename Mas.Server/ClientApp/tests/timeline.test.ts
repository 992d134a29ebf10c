import { describe, expect, it } from 'vitest';
import type { Category, WireMessage } from '../src/protocol/messages';
import { RowLayout, rowAt, visibleRange } from '../src/timeline/layout';
import { RowBuilder, type RowOptions, summarise } from '../src/timeline/rows';

let gid = 0;
const message = (userId: string, cat: Category = 'msg', ts = 1000, body = 'x'): WireMessage => ({
  gid: ++gid,
  userId,
  ts,
  cat,
  body,
});

function build(messages: WireMessage[], options: Partial<RowOptions> = {}) {
  const builder = new RowBuilder({
    marker: null,
    gaps: new Set(),
    fold: true,
    dayOf: ts => String(Math.floor(ts / 86_400)),
    ...options,
  });
  for (const one of messages) builder.push(one);
  return builder.rows;
}

const kinds = (rows: ReturnType<typeof build>) =>
  rows.map(row => (row.kind === 'message' ? (row.continued ? 'c' : 'm') : row.kind));

describe('RowBuilder', () => {
  it('groups messages of one author within five minutes', () => {
    expect(kinds(build([message('1'), message('1'), message('2'), message('1'), message('1', 'msg', 1400)]))).toEqual([
      'day',
      'm',
      'c',
      'm',
      'm',
      'm',
    ]);
  });

  it('begins a new block after five minutes from the last message', () => {
    expect(kinds(build([message('1', 'msg', 0), message('1', 'msg', 299), message('1', 'msg', 599)]))).toEqual([
      'day',
      'm',
      'c',
      'm',
    ]);
  });

  it('divides days', () => {
    expect(kinds(build([message('1', 'msg', 86_399), message('1', 'msg', 86_400)]))).toEqual(['day', 'm', 'day', 'm']);
  });

  it('folds joins, parts and quits that follow each other', () => {
    const rows = build([
      message('1', 'join'),
      message('2', 'join'),
      message('3', 'quit'),
      message('4'),
      message('5', 'part'),
    ]);
    expect(kinds(rows)).toEqual(['day', 'noise', 'm', 'noise']);
    expect(rows[1]).toMatchObject({ messages: [{ userId: '1' }, { userId: '2' }, { userId: '3' }] });
  });

  it('folds nothing when that is off, and never a kick', () => {
    expect(kinds(build([message('1', 'join'), message('2', 'join')], { fold: false }))).toEqual(['day', 'm', 'm']);
    expect(kinds(build([message('1', 'join'), message('2', 'kick'), message('3', 'join')]))).toEqual([
      'day',
      'noise',
      'm',
      'noise',
    ]);
  });

  it('draws the new line once, before the first message above the marker', () => {
    const [a, b, c] = [message('1'), message('1'), message('1')];
    expect(kinds(build([a, b, c], { marker: a.gid }))).toEqual(['day', 'm', 'new', 'm', 'c']);
  });

  it('draws a gap where messages are missing', () => {
    const [a, b] = [message('1'), message('1')];
    expect(kinds(build([a, b], { gaps: new Set([b.gid]) }))).toEqual(['day', 'm', 'gap', 'm']);
  });

  it('gives rows keys that never meet', () => {
    const rows = build([message('1', 'join'), message('1'), message('2'), message('3', 'part')]);
    expect(new Set(rows.map(row => row.key)).size).toBe(rows.length);
  });
});

describe('summarise', () => {
  it('counts each person where they ended up', () => {
    const summary = summarise([
      message('1', 'join'),
      message('2', 'join'),
      message('2', 'part'),
      message('3', 'quit'),
      message('4', 'quit'),
      message('4', 'join'),
    ]);
    expect(summary).toEqual({ joined: ['1'], left: ['3'], passed: ['2', '4'] });
  });
});

describe('layout', () => {
  const rowsOf = (keys: string) => [...keys].map(key => ({ key }));
  const rows = rowsOf('abcd');
  const layout = new RowLayout<{ key: string }>(() => 20);
  const tops = () => [...layout.tops.slice(0, layout.count + 1)];
  layout.lay(rows);
  layout.measure(1, 50);
  layout.lay(rows);

  it('adds measured and estimated heights', () => {
    expect(tops()).toEqual([0, 20, 70, 90, 110]);
    expect(layout.total).toBe(110);
  });

  it('takes rows on at both ends, and other ones in between, and keeps what was measured', () => {
    const growing = new RowLayout<{ key: string }>(() => 20);
    const all = rowsOf('cd');
    growing.lay(all);
    growing.measure(0, 30);
    all.push({ key: 'e' });
    growing.lay(all);
    expect([...growing.tops.slice(0, 4)]).toEqual([0, 30, 50, 70]);
    growing.lay([{ key: 'x' }, { key: 'y' }, ...all]);
    expect([...growing.tops.slice(0, 6)]).toEqual([0, 20, 40, 70, 90, 110]);
    growing.lay([{ key: 'x' }, all[0]!]);
    expect([growing.count, growing.total, growing.indexOf('c'), growing.indexOf('e')]).toEqual([2, 50, 1, -1]);
    growing.forget();
    growing.lay([{ key: 'x' }, all[0]!]);
    expect(growing.total).toBe(40);
    growing.lay(Array.from({ length: 200 }, (_, index) => ({ key: `m${index}` })));
    expect(growing.total).toBe(4000);
  });

  it('finds the row at a height', () => {
    expect([-5, 0, 19, 20, 69, 70, 1000].map(y => rowAt(layout, y))).toEqual([0, 0, 0, 1, 1, 2, 3]);
  });

  it('finds what a viewport shows', () => {
    expect(visibleRange(layout, 25, 40, 0)).toEqual([1, 2]);
    expect(visibleRange(layout, 25, 40, 30)).toEqual([0, 4]);
    expect(visibleRange(new RowLayout(() => 20), 0, 100, 50)).toEqual([0, 0]);
  });

  it('asks for nothing again when one row comes behind ten thousand', () => {
    let asked = 0;
    const many = Array.from({ length: 10_000 }, (_, index) => ({ key: `m${index}` }));
    const long = new RowLayout<{ key: string }>(() => {
      asked++;
      return 20;
    });
    long.lay(many);
    expect(asked).toBe(10_000);
    many.push({ key: 'last' });
    long.lay(many);
    expect(asked).toBe(10_001);
    expect(long.total).toBe(200_020);
  });
});
