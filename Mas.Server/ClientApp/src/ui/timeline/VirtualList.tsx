import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { layOut, rowAt, visibleRange } from '../../timeline/layout';

export interface ListItem {
  key: string;
}

interface VirtualListProps<T extends ListItem> {
  items: readonly T[];
  /** Asked once for each item object; what it draws has to follow by itself what else it shows. */
  render: (item: T) => ComponentChildren;
  /** The likely height of a row that was never drawn, in pixels. */
  estimate: (item: T) => number;
  label: string;
  /** What stands above the first row. */
  head: ComponentChildren;
  /** The upper end comes into sight. */
  onTop: () => void;
  /** Whether the newest row is in sight. */
  onBottom: (atBottom: boolean) => void;
  /** Grows to ask for a jump to the newest row. */
  jump: number;
  /** Changes when all rows may have another height: text size, density. */
  look: string;
}

/** A row, and how far its upper edge is below that of the viewport. */
interface Anchor {
  key: string;
  offset: number;
}

/** Rows within this many pixels beyond the edges are drawn too, so that scrolling shows no blanks. */
const overscan = 500;
/** Closer to the bottom than this counts as being there. */
const bottomZone = 24;

/**
 * Draws only the rows near the viewport. It stays at the bottom when it was there; otherwise the row at
 * the upper edge stays where it is, whatever comes above it or changes its height.
 */
export function VirtualList<T extends ListItem>({ items, render, estimate, label, head, onTop, onBottom, jump, look }: VirtualListProps<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const headBox = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<string, number>());
  const stuck = useRef(true);
  const anchor = useRef<Anchor | null>(null);
  const drawn = useRef<[number, number]>([0, 0]);
  const placed = useRef(0);
  /** What the last drawing left: a change of size beyond it is news. */
  const settled = useRef({ width: 0, height: 0, content: 0 });
  const [rowOf] = useState(() => new WeakMap<T, VNode>());
  const [, redraw] = useState(0);
  const again = () => redraw(count => count + 1);

  const lookBefore = useRef(look);
  if (lookBefore.current !== look) {
    lookBefore.current = look;
    heights.current.clear();
  }
  const keys = items.map(item => item.key);
  const layout = layOut(keys, heights.current, index => estimate(items[index]!));
  const total = layout.tops[items.length]!;
  const viewport = scroller.current?.clientHeight ?? 600;
  const headHeight = content.current?.offsetTop ?? 0;
  const top = stuck.current ? total - viewport : anchoredTop(keys, layout.tops, anchor.current, (scroller.current?.scrollTop ?? 0) - headHeight);
  const [from, to] = visibleRange(layout, top, viewport, overscan);
  drawn.current = [from, to];
  const above = layout.tops[from] ?? 0;
  const below = total - (layout.tops[to] ?? total);

  useLayoutEffect(() => {
    const changed = measure(content.current!, heights.current, above + below);
    const list = scroller.current!;
    // The user may have scrolled since, and the browser not have told yet: theirs is the last word.
    if (stuck.current && list.scrollTop < placed.current - 1 && distanceToBottom(list) > bottomZone) scrolled();
    if (stuck.current) list.scrollTop = list.scrollHeight;
    else keepAnchor(list, content.current!, anchor.current);
    placed.current = list.scrollTop;
    // Rows that turned out lower than believed may leave a part of the viewport without any.
    const short = changed && !covers(list, content.current!, from > 0, to < items.length);
    settled.current = { width: list.clientWidth, height: list.clientHeight, content: list.scrollHeight };
    if (short) again();
  });

  useEffect(() => {
    const list = scroller.current!;
    const observer = new ResizeObserver(() => {
      const { width, height, content: before } = settled.current;
      if (list.clientWidth !== width) heights.current.clear();
      else if (list.clientHeight === height && list.scrollHeight === before) return;
      again();
    });
    observer.observe(list);
    observer.observe(content.current!);
    observer.observe(headBox.current!);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (jump === 0) return;
    stuck.current = true;
    onBottom(true);
    again();
  }, [jump]);

  // A short list shows its head at once: there may be more to load.
  useEffect(() => {
    if (total < viewport) onTop();
  }, [items.length]);

  const scrolled = () => {
    const list = scroller.current;
    // The browser tells of a last scrolling when the list has left the page already.
    if (!list || !content.current) return;
    const atBottom = distanceToBottom(list) < bottomZone;
    if (atBottom !== stuck.current) onBottom(atBottom);
    stuck.current = atBottom;
    placed.current = list.scrollTop;
    anchor.current = inSight(list, content.current) ?? believed(list.scrollTop - content.current.offsetTop);
    if (!covers(list, content.current, drawn.current[0] > 0, drawn.current[1] < items.length)) again();
    if (list.scrollTop < 600) onTop();
  };

  /** Where a leap beyond everything that is drawn has landed. */
  const believed = (offsetInRows: number) => {
    if (items.length === 0) return null;
    const index = rowAt(layout, Math.max(0, offsetInRows));
    return { key: keys[index]!, offset: layout.tops[index]! - offsetInRows };
  };

  /** The same object for the same item, so that a row that did not change is not even compared. */
  const row = (item: T) => {
    let drawnRow = rowOf.get(item);
    if (!drawnRow) {
      drawnRow = (
        <div key={item.key} data-key={item.key} class="timeline-row">
          {render(item)}
        </div>
      );
      rowOf.set(item, drawnRow);
    }
    return drawnRow;
  };

  return (
    <div ref={scroller} class="timeline" role="log" aria-live="off" aria-label={label} tabIndex={0} onScroll={scrolled}>
      <div ref={headBox} class="timeline-head">{head}</div>
      <div ref={content} class="timeline-rows">
        <div key="above" style={{ height: `${above}px` }} />
        {items.slice(from, to).map(row)}
        <div key="below" style={{ height: `${below}px` }} />
      </div>
    </div>
  );
}

/** Where the viewport begins, in the rows' own coordinates, so that the anchor stays where it was. */
function anchoredTop(keys: readonly string[], tops: Float64Array, anchor: Anchor | null, otherwise: number): number {
  if (!anchor) return otherwise;
  const index = keys.indexOf(anchor.key);
  return index < 0 ? otherwise : tops[index]! - anchor.offset;
}

function distanceToBottom(list: HTMLElement): number {
  return list.scrollHeight - list.scrollTop - list.clientHeight;
}

/**
 * Reads the heights of the drawn rows; true when one differs from what was believed. Those that were read before are read
 * again only when all together are not as high as they were.
 */
function measure(content: HTMLElement, heights: Map<string, number>, spacers: number): boolean {
  const rows = [...content.children].slice(1, -1) as HTMLElement[];
  let sum = spacers;
  let changed = false;
  const read = (row: HTMLElement, key: string, believed: number | undefined) => {
    const { height } = row.getBoundingClientRect();
    if (believed === undefined || Math.abs(believed - height) >= 0.5) {
      heights.set(key, height);
      changed = true;
    }
    return height;
  };
  for (const row of rows) {
    const key = row.dataset['key']!;
    const believed = heights.get(key);
    sum += believed ?? read(row, key, believed);
  }
  if (Math.abs(content.getBoundingClientRect().height - sum) >= 0.5) for (const row of rows) read(row, row.dataset['key']!, heights.get(row.dataset['key']!));
  return changed;
}

/** Whether the drawn rows reach half of the overscan beyond the viewport, on the sides where there are more. */
function covers(list: HTMLElement, content: HTMLElement, moreAbove: boolean, moreBelow: boolean): boolean {
  const viewport = list.getBoundingClientRect();
  const first = content.firstElementChild!.getBoundingClientRect().bottom;
  const last = content.lastElementChild!.getBoundingClientRect().top;
  return (!moreAbove || first <= viewport.top - overscan / 2) && (!moreBelow || last >= viewport.bottom + overscan / 2);
}

/** The first drawn row that the viewport shows a part of. */
function inSight(list: HTMLElement, content: HTMLElement): Anchor | null {
  const { top, bottom } = list.getBoundingClientRect();
  for (const row of content.children) {
    const key = (row as HTMLElement).dataset['key'];
    const box = row.getBoundingClientRect();
    if (box.top >= bottom) return null;
    if (key !== undefined && box.bottom > top) return { key, offset: box.top - top };
  }
  return null;
}

function keepAnchor(list: HTMLElement, content: HTMLElement, anchor: Anchor | null): void {
  if (!anchor) return;
  for (const row of content.children) {
    if ((row as HTMLElement).dataset['key'] !== anchor.key) continue;
    const difference = row.getBoundingClientRect().top - list.getBoundingClientRect().top - anchor.offset;
    if (Math.abs(difference) >= 1) list.scrollTop += difference;
    return;
  }
}
