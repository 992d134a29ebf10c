import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { layOut, rowAt, visibleRange } from '../../timeline/layout';

export interface ListItem {
  key: string;
}

interface VirtualListProps<T extends ListItem> {
  items: readonly T[];
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
  const content = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<string, number>());
  const stuck = useRef(true);
  const anchor = useRef<{ key: string; offset: number } | null>(null);
  const drawn = useRef<[number, number]>([0, 0]);
  const placed = useRef(0);
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

  useLayoutEffect(() => {
    const changed = measure(content.current!, heights.current);
    const list = scroller.current!;
    // The user may have scrolled since, and the browser not have told yet: theirs is the last word.
    if (stuck.current && list.scrollTop < placed.current - 1 && distanceToBottom(list) > bottomZone) scrolled();
    if (stuck.current) list.scrollTop = list.scrollHeight;
    else keepAnchor(list, content.current!, anchor.current);
    placed.current = list.scrollTop;
    if (changed) again();
  });

  useEffect(() => {
    const list = scroller.current!;
    let width = list.clientWidth;
    const observer = new ResizeObserver(() => {
      if (list.clientWidth !== width) {
        width = list.clientWidth;
        heights.current.clear();
      }
      again();
    });
    observer.observe(list);
    observer.observe(content.current!);
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
    const offsetInRows = list.scrollTop - content.current.offsetTop;
    const index = rowAt(layout, Math.max(0, offsetInRows));
    anchor.current = items.length > 0 ? { key: keys[index]!, offset: layout.tops[index]! - offsetInRows } : null;
    const [nowFrom, nowTo] = visibleRange(layout, offsetInRows, list.clientHeight, overscan / 2);
    if (nowFrom < drawn.current[0] || nowTo > drawn.current[1]) again();
    if (list.scrollTop < 600) onTop();
  };

  return (
    <div ref={scroller} class="timeline" role="log" aria-live="off" aria-label={label} tabIndex={0} onScroll={scrolled}>
      <div class="timeline-head">{head}</div>
      <div ref={content} class="timeline-rows">
        <div key="above" style={{ height: `${layout.tops[from] ?? 0}px` }} />
        {items.slice(from, to).map(item => (
          <div key={item.key} data-key={item.key} class="timeline-row">
            {render(item)}
          </div>
        ))}
        <div key="below" style={{ height: `${total - (layout.tops[to] ?? total)}px` }} />
      </div>
    </div>
  );
}

/** Where the viewport begins, in the rows' own coordinates, so that the anchor stays where it was. */
function anchoredTop(keys: readonly string[], tops: Float64Array, anchor: { key: string; offset: number } | null, otherwise: number): number {
  if (!anchor) return otherwise;
  const index = keys.indexOf(anchor.key);
  return index < 0 ? otherwise : tops[index]! - anchor.offset;
}

function distanceToBottom(list: HTMLElement): number {
  return list.scrollHeight - list.scrollTop - list.clientHeight;
}

/** Reads the heights of the drawn rows; true when one differs from what was believed. */
function measure(content: HTMLElement, heights: Map<string, number>): boolean {
  let changed = false;
  for (const row of content.children) {
    const key = (row as HTMLElement).dataset['key'];
    if (key === undefined) continue;
    const { height } = row.getBoundingClientRect();
    const believed = heights.get(key);
    if (believed !== undefined && Math.abs(believed - height) < 0.5) continue;
    heights.set(key, height);
    changed = true;
  }
  return changed;
}

function keepAnchor(list: HTMLElement, content: HTMLElement, anchor: { key: string; offset: number } | null): void {
  if (!anchor) return;
  for (const row of content.children) {
    if ((row as HTMLElement).dataset['key'] !== anchor.key) continue;
    const difference = row.getBoundingClientRect().top - list.getBoundingClientRect().top - anchor.offset;
    if (Math.abs(difference) >= 1) list.scrollTop += difference;
    return;
  }
}
