import { describe, expect, it } from 'vitest';
import type { Category, WireMessage } from '../src/protocol/messages';
import { layOut, rowAt, visibleRange } from '../src/timeline/layout';
import { RowBuilder, type RowOptions, summarise } from '../src/timeline/rows';

let gid = 0;
const message = (userId: string, cat: Category = 'msg', ts = 1000, body = 'x'): WireMessage => ({ gid: ++gid, userId, ts, cat, body });

function build(messages: WireMessage[], options: Partial<RowOptions> = {}) {
  const builder = new RowBuilder({ marker: null, gaps: new Set(), fold: true, dayOf: ts => String(Math.floor(ts / 86_400)), ...options });
  for (const one of messages) builder.push(one);
  return builder.rows;
}

const kinds = (rows: ReturnType<typeof build>) => rows.map(row => (row.kind === 'message' ? (row.continued ? 'c' : 'm') : row.kind));

describe('RowBuilder', () => {
  it('groups messages of one author within five minutes', () => {
    expect(kinds(build([message('1'), message('1'), message('2'), message('1'), message('1', 'msg', 1400)]))).toEqual(['day', 'm', 'c', 'm', 'm', 'm']);
  });

  it('begins a new block after five minutes from the last message', () => {
    expect(kinds(build([message('1', 'msg', 0), message('1', 'msg', 299), message('1', 'msg', 599)]))).toEqual(['day', 'm', 'c', 'm']);
  });

  it('divides days', () => {
    expect(kinds(build([message('1', 'msg', 86_399), message('1', 'msg', 86_400)]))).toEqual(['day', 'm', 'day', 'm']);
  });

  it('folds joins, parts and quits that follow each other', () => {
    const rows = build([message('1', 'join'), message('2', 'join'), message('3', 'quit'), message('4'), message('5', 'part')]);
    expect(kinds(rows)).toEqual(['day', 'noise', 'm', 'noise']);
    expect(rows[1]).toMatchObject({ messages: [{ userId: '1' }, { userId: '2' }, { userId: '3' }] });
  });

  it('folds nothing when that is off, and never a kick', () => {
    expect(kinds(build([message('1', 'join'), message('2', 'join')], { fold: false }))).toEqual(['day', 'm', 'm']);
    expect(kinds(build([message('1', 'join'), message('2', 'kick'), message('3', 'join')]))).toEqual(['day', 'noise', 'm', 'noise']);
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
    const summary = summarise([message('1', 'join'), message('2', 'join'), message('2', 'part'), message('3', 'quit'), message('4', 'quit'), message('4', 'join')]);
    expect(summary).toEqual({ joined: ['1'], left: ['3'], passed: ['2', '4'] });
  });
});

describe('layout', () => {
  const keys = ['a', 'b', 'c', 'd'];
  const layout = layOut(keys, new Map([['b', 50]]), () => 20);

  it('adds measured and estimated heights', () => {
    expect([...layout.tops]).toEqual([0, 20, 70, 90, 110]);
  });

  it('finds the row at a height', () => {
    expect([-5, 0, 19, 20, 69, 70, 1000].map(y => rowAt(layout, y))).toEqual([0, 0, 0, 1, 1, 2, 3]);
  });

  it('finds what a viewport shows', () => {
    expect(visibleRange(layout, 25, 40, 0)).toEqual([1, 2]);
    expect(visibleRange(layout, 25, 40, 30)).toEqual([0, 4]);
    expect(visibleRange(layOut([], new Map(), () => 20), 0, 100, 50)).toEqual([0, 0]);
  });

  it('lays out ten thousand rows in little time', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `m${index}`);
    const measured = new Map(many.map(key => [key, 24]));
    const started = performance.now();
    for (let i = 0; i < 20; i++) layOut(many, measured, () => 20);
    expect((performance.now() - started) / 20).toBeLessThan(20);
  });
});
