/** Where rows of differing heights lie, and which of them a viewport shows. Pure arithmetic. */
export interface Layout {
  /** `tops[i]` is the upper edge of row i; `tops[n]` is the height of everything. */
  tops: Float64Array;
}

/** Lays rows out below each other; a row that was never measured counts with its estimate. */
export function layOut(keys: readonly string[], measured: ReadonlyMap<string, number>, estimate: (index: number) => number): Layout {
  const tops = new Float64Array(keys.length + 1);
  for (let i = 0; i < keys.length; i++) tops[i + 1] = tops[i]! + (measured.get(keys[i]!) ?? estimate(i));
  return { tops };
}

/** The index of the row at height `y`: the first row above everything, the last one below it. */
export function rowAt({ tops }: Layout, y: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (tops[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The half-open range of rows that touch the viewport, widened by `overscan` pixels on both sides. */
export function visibleRange(layout: Layout, scrollTop: number, height: number, overscan: number): [number, number] {
  const count = layout.tops.length - 1;
  if (count === 0) return [0, 0];
  const from = rowAt(layout, scrollTop - overscan);
  const to = rowAt(layout, scrollTop + height + overscan) + 1;
  return [from, Math.min(count, to)];
}
