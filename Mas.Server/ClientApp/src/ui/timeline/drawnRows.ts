import type { Keyed, RowLayout } from '../../timeline/layout';

/** A row and its distance from the top of the viewport. */
export interface Anchor {
  key: string;
  offset: number;
}

/** The last `count` drawn rows, from the uppermost; all when there are no more. */
function rowsIn(content: HTMLElement, count = Infinity): HTMLElement[] {
  const rows: HTMLElement[] = [];
  // Walks from the end: a new message needs only the last row.
  for (let run = content.lastElementChild; run; run = run.previousElementSibling)
    for (let row = run.lastElementChild; row && rows.length < count; row = row.previousElementSibling)
      rows.push(row as HTMLElement);
  return rows.reverse();
}

export function distanceToBottom(list: HTMLElement): number {
  return list.scrollHeight - list.scrollTop - list.clientHeight;
}

/**
 * Reads the heights of the drawn rows, numbers `from` (inclusive) to `to`: how high they are together, and whether one differs
 * from what was believed. Those that were read before are read again only when all together are not as high as they were.
 */
export function measure<T extends Keyed>(
  content: HTMLElement,
  layout: RowLayout<T>,
  [from, to]: readonly [number, number],
  spacers: number,
): { height: number; changed: boolean } {
  let unread = from;
  while (unread < to && layout.measured(unread) !== undefined) unread++;
  const rows = unread < to ? rowsIn(content, to - unread) : [];
  let sum = spacers;
  let changed = false;
  const read = (row: Element, index: number) => {
    const { height } = row.getBoundingClientRect();
    const believed = layout.measured(index);
    if (believed === undefined || Math.abs(believed - height) >= 0.5) {
      layout.measure(index, height);
      changed = true;
    }
    return height;
  };
  for (let i = from; i < to; i++) sum += layout.measured(i) ?? read(rows[i - unread]!, i);
  const { height } = content.getBoundingClientRect();
  if (Math.abs(height - sum) >= 0.5) for (const [i, row] of rowsIn(content).entries()) read(row, from + i);
  return { height: height - spacers, changed };
}

/** Whether the drawn rows reach `margin` pixels beyond the viewport, on the sides where there are more. */
export function covers(
  list: HTMLElement,
  content: HTMLElement,
  moreAbove: boolean,
  moreBelow: boolean,
  margin: number,
): boolean {
  const viewport = list.getBoundingClientRect();
  const first = content.firstElementChild!.getBoundingClientRect().bottom;
  const last = content.lastElementChild!.getBoundingClientRect().top;
  return (!moreAbove || first <= viewport.top - margin) && (!moreBelow || last >= viewport.bottom + margin);
}

/** The first drawn row that the viewport shows a part of and that is `steady`, asked by its number among the drawn ones; any, for want of such. */
export function inSight(list: HTMLElement, content: HTMLElement, steady: (index: number) => boolean): Anchor | null {
  const { top, bottom } = list.getBoundingClientRect();
  let other: Anchor | null = null;
  for (const [index, row] of rowsIn(content).entries()) {
    const box = row.getBoundingClientRect();
    if (box.top >= bottom) break;
    if (box.bottom <= top) continue;
    const anchor = { key: row.dataset.key!, offset: box.top - top };
    if (steady(index)) return anchor;
    other ??= anchor;
  }
  return other;
}

/** Whether a row is fully visible, or fills the viewport. */
export function isInSight(list: HTMLElement, content: HTMLElement, key: string): boolean {
  const { top, bottom } = list.getBoundingClientRect();
  const row = rowsIn(content)
    .find(drawn => drawn.dataset.key === key)
    ?.getBoundingClientRect();
  return row !== undefined && row.top >= top && (row.bottom <= bottom || row.height > bottom - top);
}

/** Scrolls so that the anchor's row keeps its place. */
export function keepAnchor(list: HTMLElement, content: HTMLElement, anchor: Anchor | null): void {
  if (!anchor) return;
  for (const row of rowsIn(content)) {
    if (row.dataset.key !== anchor.key) continue;
    const difference = row.getBoundingClientRect().top - list.getBoundingClientRect().top - anchor.offset;
    if (Math.abs(difference) >= 1) list.scrollTop += difference;
    return;
  }
}
