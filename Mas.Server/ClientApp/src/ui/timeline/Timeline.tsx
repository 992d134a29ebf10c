import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { dayKey } from '../../i18n/time';
import type { ChatWindow } from '../../state/chatWindow';
import type { ChatClient } from '../../state/client';
import type { PendingMessage } from '../../state/outgoing';
import { preferences } from '../../state/settings';
import { view, windowsInSight } from '../../state/view';
import { type Row, RowBuilder } from '../../timeline/rows';
import { useClient } from '../context';
import { Icon } from '../parts/Icon';
import { DayRow, GapRow, NewRow, NoiseRow } from './DividerRows';
import { drawMessage } from './MessageRow';
import { PendingRow } from './PendingRow';
import { UnseenBar } from './UnseenBar';
import { VirtualList } from './VirtualList';

type Item = Row | { kind: 'pending'; key: string; pending: PendingMessage; continued: boolean };

export function Timeline({ window }: { window: ChatWindow }) {
  const client = useClient();
  const rows = useRows(window);
  const [atBottom, setAtBottom] = useState(true);
  const [jump, setJump] = useState(0);
  const [reveal, setReveal] = useState<{ key: string } | null>(null);
  const pending = window.pending.value.filter(
    message => !message.text.startsWith('/') || message.text.startsWith('//') || /^\/me\s/i.test(message.text),
  );
  const items: Item[] = pending.length === 0 ? rows.builder.rows : [...rows.builder.rows];
  for (const [index, message] of pending.entries())
    items.push({
      kind: 'pending',
      key: `p${message.rid}`,
      pending: message,
      continued: index > 0 || rows.builder.continues(client.store.me.value, message.ts),
    });
  const { density, textSize, timeFormat } = preferences.value;
  const watched = atBottom && window.onScreen.value && view.focused.value && windowsInSight();
  const version = window.version.value;
  useLayoutEffect(() => {
    window.followed = atBottom;
    return () => {
      window.followed = false;
    };
  }, [atBottom]);
  // Before painting, so that a count does not flicker.
  useLayoutEffect(() => {
    if (watched) client.markSeen(window);
  }, [watched, version]);
  const lastPending = pending.at(-1)?.rid;
  const shownPending = useRef(lastPending);
  useEffect(() => {
    if (lastPending !== undefined && lastPending !== shownPending.current) setJump(count => count + 1);
    shownPending.current = lastPending;
  }, [lastPending]);
  // The message may not be drawn, and its field needs the focus.
  const editing = view.editing.value;
  useLayoutEffect(() => {
    if (editing?.windowId === window.id) setReveal({ key: `m${editing.gid}` });
  }, [editing]);
  const unread = window.unread.value.count;
  const empty = items.length === 0;
  const unseen = useMemo(() => <UnseenBar window={window} reveal={key => setReveal({ key })} />, [window]);
  const head = useMemo(() => <Head window={window} empty={empty} />, [window, empty]);
  return (
    <div class="timeline-box">
      {unseen}
      <VirtualList<Item>
        items={items}
        estimate={estimate}
        steady={steady}
        label={t('timeline.label', { name: client.store.title(window) })}
        head={head}
        onTop={() => void client.loadOlder(window)}
        onBottom={setAtBottom}
        jump={jump}
        reveal={reveal}
        look={`${density} ${textSize} ${timeFormat}`}
        render={item => drawItem(client, item, window)}
      />
      {!atBottom && (
        <button type="button" class="latest" onClick={() => setJump(count => count + 1)}>
          <Icon name="down" size={16} />
          {unread > 0 ? t('timeline.latest.new', { count: unread }) : t('timeline.latest')}
        </button>
      )}
    </div>
  );
}

function drawItem(client: ChatClient, item: Item, window: ChatWindow) {
  const { key } = item;
  switch (item.kind) {
    case 'day':
      return <DayRow key={key} rowKey={key} ts={item.ts} />;
    case 'new':
      return <NewRow key={key} rowKey={key} window={window} />;
    case 'gap':
      return <GapRow key={key} rowKey={key} window={window} before={item.before} />;
    case 'noise':
      return <NoiseRow key={key} rowKey={key} window={window} messages={item.messages} />;
    case 'pending':
      return <PendingRow key={key} rowKey={key} window={window} pending={item.pending} continued={item.continued} />;
    default:
      return drawMessage({ client, window, message: item.message, continued: item.continued, rowKey: key });
  }
}

function Head({ window, empty }: { window: ChatWindow; empty: boolean }) {
  const { store } = useClient();
  const history = window.history.value;
  if (history === 'loading') return <p class="history-note">{t('timeline.loading')}</p>;
  if (history !== 'start' && !empty) return null;
  const name = store.title(window);
  return (
    <div class="beginning">
      <p>
        {window.isServer
          ? t('timeline.start.server', { name })
          : window.type === 'group'
            ? t('timeline.start.group', { name })
            : t('timeline.start.chat', { name })}
      </p>
    </div>
  );
}

interface BuiltRows {
  builder: RowBuilder;
  count: number;
  structure: number;
  marker: number | null;
  fold: boolean;
}

/** The rows of a window; what was built is kept as long as messages only come at the end. */
function useRows(window: ChatWindow): BuiltRows {
  void window.version.value;
  const built = useRef<BuiltRows | null>(null);
  const marker = window.marker.value;
  const fold = preferences.value.foldNoise === 'on';
  let rows = built.current;
  if (!rows || rows.structure !== window.structure || rows.marker !== marker || rows.fold !== fold) {
    const builder = new RowBuilder({ marker, gaps: window.log.gaps, fold, dayOf: dayKey });
    rows = { builder, count: 0, structure: window.structure, marker, fold };
    built.current = rows;
  }
  const { messages } = window.log;
  while (rows.count < messages.length) rows.builder.push(messages[rows.count++]!);
  return rows;
}

/** Messages stay among those that they stand among; what divides or folds them goes up to older ones when these come. */
function steady(item: Item): boolean {
  return item.kind === 'message' || item.kind === 'pending';
}

/** Estimates; drawn rows are measured. */
function estimate(item: Item): number {
  if (item.kind !== 'message') return 36;
  const lines = Math.ceil(item.message.body.length / 90);
  return (item.continued ? 4 : 28) + 22 * Math.max(1, lines);
}
