import type { Keyed } from './layout';

/** Rows that follow each other and are drawn as one piece. */
export interface Run<T> {
  /** That of the row which the run begins with, drawn or not. */
  key: string;
  rows: T[];
}

/** A run has about this many rows. A power of two. */
const usual = 8;

/**
 * Cuts rows `from` (inclusive) to `to` into runs. Where one begins is decided by a row's key alone: rows that come before,
 * after or between leave all other runs as they are.
 */
export function runsOf<T extends Keyed>(items: readonly T[], from: number, to: number): Run<T>[] {
  const runs: Run<T>[] = [];
  let start = from;
  while (start > 0 && start < to && !begins(items[start]!.key)) start--;
  for (let i = from; i < to; i++) {
    const row = items[i]!;
    if (i === from) runs.push({ key: items[start]!.key, rows: [row] });
    else if (begins(row.key)) runs.push({ key: row.key, rows: [row] });
    else runs.at(-1)!.rows.push(row);
  }
  return runs;
}

/** True for about one key in eight, evenly whatever the keys have in common (FNV-1a). */
function begins(key: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 15)) & (usual - 1)) === 0;
}
