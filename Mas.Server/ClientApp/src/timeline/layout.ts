/** Where rows of differing heights lie, and which of them a viewport shows. Pure arithmetic. */
export interface Layout {
  /** `tops[i]` is the upper edge of row i; `tops[n]` is the height of everything. */
  readonly tops: Float64Array;
  readonly count: number;
}

export interface Keyed {
  key: string;
}

/**
 * Lays rows out below each other and keeps what it has worked out: a row that comes at the end of ten thousand costs one
 * step. A row that was never measured counts with its estimate.
 */
export class RowLayout<T extends Keyed> implements Layout {
  tops = new Float64Array(64);
  private rows: T[] = [];
  private readonly heights = new Map<string, number>();
  /** Upper edges from this row's lower one on have to be worked out again. */
  private validTo = 0;

  constructor(private readonly estimate: (row: T) => number) {}

  get count(): number {
    return this.rows.length;
  }

  /** The height of everything. */
  get total(): number {
    return this.tops[this.rows.length]!;
  }

  /** Takes over the rows as they are now. */
  lay(rows: readonly T[]): void {
    const shared = Math.min(rows.length, this.rows.length);
    let same = 0;
    while (same < shared && rows[same] === this.rows[same]) same++;
    this.rows.length = same;
    for (let i = same; i < rows.length; i++) this.rows.push(rows[i]!);
    if (this.tops.length <= rows.length) this.grow(rows.length);
    for (let i = Math.min(this.validTo, same); i < rows.length; i++) {
      const row = rows[i]!;
      this.tops[i + 1] = this.tops[i]! + (this.heights.get(row.key) ?? this.estimate(row));
    }
    this.validTo = rows.length;
  }

  /** The height that a row was last measured with. */
  measured(index: number): number | undefined {
    return this.heights.get(this.rows[index]!.key);
  }

  /** Notes a row's height; it counts from the next `lay` on. */
  measure(index: number, height: number): void {
    this.heights.set(this.rows[index]!.key, height);
    this.validTo = Math.min(this.validTo, index);
  }

  /** Forgets all heights: the rows are drawn in another width or size. */
  forget(): void {
    this.heights.clear();
    this.validTo = 0;
  }

  keyOf(index: number): string {
    return this.rows[index]!.key;
  }

  /** −1 when there is no such row. */
  indexOf(key: string): number {
    return this.rows.findIndex(row => row.key === key);
  }

  private grow(count: number): void {
    const larger = new Float64Array(count * 2 + 1);
    larger.set(this.tops);
    this.tops = larger;
  }
}

/** The index of the row at height `y`: the first row above everything, the last one below it. */
export function rowAt({ tops, count }: Layout, y: number): number {
  let low = 0;
  let high = Math.max(0, count - 1);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (tops[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The half-open range of rows that touch the viewport, widened by `overscan` pixels on both sides. */
export function visibleRange(layout: Layout, scrollTop: number, height: number, overscan: number): [number, number] {
  if (layout.count === 0) return [0, 0];
  const from = rowAt(layout, scrollTop - overscan);
  const to = rowAt(layout, scrollTop + height + overscan) + 1;
  return [from, Math.min(layout.count, to)];
}

/** Rows come and go this many at a time: to take one away costs the page as much as to take eight. */
const step = 8;

/** A range of rows, widened to whole steps: a row more at the end leaves its beginning alone. */
export function inSteps([from, to]: readonly [number, number], count: number): [number, number] {
  return [from - (from % step), Math.min(count, Math.ceil(to / step) * step)];
}
