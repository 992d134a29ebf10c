import type { ComponentChildren, VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { inSteps, type Keyed, RowLayout, rowAt, visibleRange } from '../../timeline/layout';
import { runsOf } from '../../timeline/runs';
import { type Anchor, covers, distanceToBottom, inSight, isInSight, keepAnchor, measure } from './drawnRows';

interface VirtualListProps<T extends Keyed> {
  /** May be the same array, grown. */
  items: readonly T[];
  /**
   * Asked once for each item object: a component with the item's key, that draws one element of the class `timeline-row` with this
   * key in `data-key`, and follows by itself what else it shows.
   */
  render: (item: T) => VNode;
  /** Whether a row stays where it is among the others when more come above. The view is kept at such a row. */
  steady: (item: T) => boolean;
  /** The likely height of a row that was never drawn, in pixels. */
  estimate: (item: T) => number;
  label: string;
  /** What stands above the first row. */
  head: ComponentChildren;
  onTop: () => void;
  onBottom: (atBottom: boolean) => void;
  /** Incremented to jump to the newest row. */
  jump: number;
  /** The row to scroll to. A new object asks again. */
  reveal: Keyed | null;
  /** Changes when every row's height may change: text size, density. */
  look: string;
}

/** Pixels beyond the edges that are drawn too, so that scrolling shows no blanks; fewer while following. */
const overscan = { following: 250, scrolled: 500 };
/** Closer to the bottom than this counts as being there. */
const bottomZone = 24;
/** Closer to the top than this, what is above is asked for. */
const topZone = 600;

/**
 * Draws only the rows near the viewport. It stays at the bottom when it was there; otherwise the row at
 * the upper edge stays where it is, whatever comes above it or changes its height.
 */
export function VirtualList<T extends Keyed>({
  items,
  render,
  steady,
  estimate,
  label,
  head,
  onTop,
  onBottom,
  jump,
  reveal,
  look,
}: VirtualListProps<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const headBox = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [layout] = useState(() => new RowLayout<T>(estimate));
  const stuck = useRef(true);
  const anchor = useRef<Anchor | null>(null);
  const drawn = useRef<[number, number]>([0, 0]);
  const placed = useRef(0);
  /** The sizes after the last drawing. Asking the page again would cost a layout. */
  const settled = useRef({ width: 0, height: 600, content: 0, head: 0 });
  const countBefore = useRef(-1);
  const [rowOf] = useState(() => new WeakMap<T, VNode>());
  const runBefore = useRef(new Map<string, DrawnBefore<T>>());
  const [, redraw] = useState(0);
  const again = () => redraw(count => count + 1);

  const lookBefore = useRef(look);
  if (lookBefore.current !== look) {
    lookBefore.current = look;
    layout.forget();
  }
  layout.lay(items);
  const { total, count } = layout;
  const { height: viewport, head: headHeight } = settled.current;
  const beyond = () => (stuck.current ? overscan.following : overscan.scrolled);
  const top = stuck.current ? total - viewport : anchoredTop(layout, anchor.current, placed.current - headHeight);
  const [from, to] = inSteps(visibleRange(layout, top, viewport, beyond()), count);
  drawn.current = [from, to];
  const above = layout.tops[from]!;
  const below = total - layout.tops[to]!;

  // Every question to the page here costs every message.
  useLayoutEffect(() => {
    const drawnRows = measure(content.current!, layout, [from, to], above + below);
    const list = scroller.current!;
    // The user may have scrolled since, without an event yet: that wins.
    if (stuck.current && list.scrollTop < placed.current - 1 && distanceToBottom(list) > bottomZone) scrolled();
    if (settled.current.width === 0) settle(list);
    if (stuck.current) list.scrollTop = settled.current.content = list.scrollHeight;
    else {
      keepAnchor(list, content.current!, anchor.current);
      settled.current.content = list.scrollHeight;
    }
    placed.current = list.scrollTop;
    // Rows lower than estimated may leave part of the viewport empty.
    const reaches = () =>
      stuck.current
        ? from === 0 || drawnRows.height >= settled.current.height + beyond() / 2
        : covers(list, content.current!, from > 0, to < count, beyond() / 2);
    if (drawnRows.changed && !reaches()) again();
    // The head is still visible: there may be more to load.
    else if (count !== countBefore.current && (total < viewport || (!stuck.current && placed.current < topZone))) {
      countBefore.current = count;
      onTop();
    }
  });

  /** Notes what changes only when the observer tells of it. */
  const settle = (list: HTMLElement) => {
    settled.current.width = list.clientWidth;
    settled.current.height = list.clientHeight;
    settled.current.head = content.current!.offsetTop;
  };

  const resized = () => {
    const list = scroller.current;
    // A last event may arrive after the list has left the page.
    if (!list || !content.current) return;
    const { width, height, content: before } = settled.current;
    settle(list);
    if (list.clientWidth !== width) layout.forget();
    else if (list.clientHeight === height && list.scrollHeight === before) return;
    again();
  };
  const [sizes] = useState(() => new ResizeObserver(resized));
  useLayoutEffect(() => {
    sizes.observe(scroller.current!);
    sizes.observe(headBox.current!);
    return () => sizes.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (jump === 0) return;
    stuck.current = true;
    onBottom(true);
    again();
  }, [jump]);

  useLayoutEffect(() => {
    if (!reveal || layout.indexOf(reveal.key) < 0 || isInSight(scroller.current!, content.current!, reveal.key)) return;
    stuck.current = false;
    anchor.current = { key: reveal.key, offset: settled.current.height / 4 };
    onBottom(false);
    again();
  }, [reveal]);

  const scrolled = () => {
    const list = scroller.current;
    // A last event may arrive after the list has left the page.
    if (!list || !content.current) return;
    // Caused by the list itself.
    if (!stuck.current || list.scrollTop !== placed.current) follow(list, content.current);
    if (list.scrollTop < topZone) onTop();
  };

  const follow = (list: HTMLElement, rows: HTMLElement) => {
    const atBottom = distanceToBottom(list) < bottomZone;
    if (atBottom !== stuck.current) onBottom(atBottom);
    stuck.current = atBottom;
    placed.current = list.scrollTop;
    anchor.current =
      inSight(list, rows, index => steady(items[drawn.current[0] + index]!)) ??
      believed(list.scrollTop - rows.offsetTop);
    if (!covers(list, rows, drawn.current[0] > 0, drawn.current[1] < layout.count, beyond() / 2)) again();
  };

  /** After a jump beyond all drawn rows. */
  const believed = (offsetInRows: number) => {
    if (layout.count === 0) return null;
    const first = rowAt(layout, Math.max(0, offsetInRows));
    let index = first;
    while (index < layout.count && !steady(items[index]!)) index++;
    if (index === layout.count) index = first;
    return { key: layout.keyOf(index), offset: layout.tops[index]! - offsetInRows };
  };

  /** The same object for the same item, so that unchanged rows are not compared. */
  const row = (item: T) => {
    let drawnRow = rowOf.get(item);
    if (!drawnRow) {
      drawnRow = render(item);
      rowOf.set(item, drawnRow);
    }
    return drawnRow;
  };

  /** The same for runs of rows, so that one more message compares one run. */
  const drawRuns = () => {
    const runs = new Map<string, DrawnBefore<T>>();
    const now = runsOf(items, from, to);
    now.forEach(({ key, rows }, index) => {
      const before = runBefore.current.get(key);
      const growing = to === count && index === now.length - 1;
      const same =
        before?.growing === growing &&
        before.rows.length === rows.length &&
        rows.every((item, i) => item === before.rows[i]);
      runs.set(
        key,
        same
          ? before
          : { rows, growing, drawn: <DrawnRun key={key} rows={rows.map(row)} growing={growing} sizes={sizes} /> },
      );
    });
    runBefore.current = runs;
    return [...runs.values()].map(run => run.drawn);
  };

  return (
    <div ref={scroller} class="timeline" role="log" aria-live="off" aria-label={label} tabIndex={0} onScroll={scrolled}>
      <div ref={headBox} class="timeline-head">
        {head}
      </div>
      <div ref={content} class="timeline-rows">
        <div key="above" style={`height: ${above}px`} />
        {drawRuns()}
        <div key="below" style={`height: ${below}px`} />
      </div>
    </div>
  );
}

/** A run as it was last drawn, and whether it was the last one of all. */
interface DrawnBefore<T> {
  rows: readonly T[];
  growing: boolean;
  drawn: VNode;
}

interface DrawnRunProps {
  rows: VNode[];
  /** The next row will be one of this run. */
  growing: boolean;
  sizes: ResizeObserver;
}

/**
 * A component, since Preact passes over the same object again only when that is one: of an element it compares all that is within.
 * Its size is watched, since a row may grow by itself: a picture that comes, an edit. That of a run which grows with every message only from
 * the moment on that the pointer or the focus was in it: to be told of a message's own height costs each of them a second round of the
 * browser's layout and paint.
 */
function DrawnRun({ rows, growing, sizes }: DrawnRunProps) {
  const element = useRef<HTMLDivElement>(null);
  const [touched, setTouched] = useState(false);
  const watched = touched || !growing;
  useLayoutEffect(() => {
    if (!watched) return undefined;
    const run = element.current!;
    sizes.observe(run);
    return () => sizes.unobserve(run);
  }, [watched]);
  const touch = watched ? undefined : () => setTouched(true);
  return (
    <div ref={element} class="timeline-run" onPointerEnter={touch} onFocusCapture={touch}>
      {rows}
    </div>
  );
}

/** Where the viewport begins, in the rows' own coordinates, so that the anchor stays where it was. */
function anchoredTop<T extends Keyed>(layout: RowLayout<T>, anchor: Anchor | null, otherwise: number): number {
  const index = anchor ? layout.indexOf(anchor.key) : -1;
  return index < 0 ? otherwise : layout.tops[index]! - anchor!.offset;
}
