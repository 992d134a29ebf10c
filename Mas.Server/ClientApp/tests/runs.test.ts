import { describe, expect, it } from 'vitest';
import { inSteps } from '../src/timeline/layout';
import { runsOf } from '../src/timeline/runs';

const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => ({ key: `m${from + i}` }));

describe('runsOf', () => {
  it('holds every row once and in order', () => {
    const all = rows(0, 500);
    const runs = runsOf(all, 37, 460);
    expect(runs.flatMap(run => run.rows)).toEqual(all.slice(37, 460));
    expect(new Set(runs.map(run => run.key)).size).toBe(runs.length);
  });

  it('cuts about one row in eight, whatever the keys have in common', () => {
    for (const stride of [1, 2, 8, 64, 1000]) {
      const keys = Array.from({ length: 4000 }, (_, i) => ({ key: `m${i * stride}` }));
      const runs = runsOf(keys, 0, keys.length);
      expect(runs.length, `every ${stride}th`).toBeGreaterThan(4000 / 16);
      expect(runs.length, `every ${stride}th`).toBeLessThan(4000 / 4);
      expect(Math.max(...runs.map(run => run.rows.length)), `every ${stride}th`).toBeLessThan(120);
    }
  });

  it('leaves all runs but one alone when a row comes between, and all when rows come before or after', () => {
    const all = rows(0, 400);
    const shape = (runs: { key: string; rows: { key: string }[] }[]) =>
      runs.map(run => `${run.key}: ${run.rows.map(row => row.key).join(' ')}`);
    const before = shape(runsOf(all, 0, 400));
    const between = shape(runsOf([...all.slice(0, 203), { key: 'new' }, ...all.slice(203)], 0, 401));
    expect(before.filter(run => !between.includes(run)).length).toBeLessThanOrEqual(1);
    const around = shape(runsOf([...rows(-300, 0), ...all, ...rows(400, 500)], 0, 800));
    // The first had its beginning cut off, and the last its end.
    expect(before.slice(1, -1).filter(run => !around.includes(run))).toEqual([]);
  });

  it('calls a run by its first row, drawn or not', () => {
    const all = rows(0, 400);
    const whole = runsOf(all, 0, 400);
    const long = whole.findIndex((run, i) => i > 3 && run.rows.length > 2);
    const from = whole.slice(0, long).reduce((sum, run) => sum + run.rows.length, 0) + 1;
    const [cut] = runsOf(all, from, 400);
    expect(cut).toEqual({ key: whole[long]!.key, rows: whole[long]!.rows.slice(1) });
  });

  it('makes nothing of nothing', () => {
    expect(runsOf([], 0, 0)).toEqual([]);
  });
});

describe('inSteps', () => {
  it('widens a range and never beyond the rows', () => {
    expect(inSteps([13, 21], 100)).toEqual([8, 24]);
    expect(inSteps([8, 24], 100)).toEqual([8, 24]);
    expect(inSteps([3, 98], 99)).toEqual([0, 99]);
    expect(inSteps([0, 0], 0)).toEqual([0, 0]);
  });
});
