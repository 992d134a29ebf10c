import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { dayName } from '../../i18n/time';
import type { Gid, UserId, WireMessage } from '../../protocol/messages';
import type { ChatWindow } from '../../state/chatWindow';
import { view } from '../../state/view';
import { summarise } from '../../timeline/rows';
import { useClient } from '../context';
import { drawMessage } from './MessageRow';
import { noiseVerb } from './noiseVerb';

export function DayRow({ rowKey, ts }: { rowKey: string; ts: number }) {
  return (
    <div class="timeline-row divider day" data-key={rowKey} role="separator" aria-label={dayName(ts)}>
      <span>{dayName(ts)}</span>
    </div>
  );
}

/** The "new" line. Once seen, nothing needs to lead to it. */
export function NewRow({ rowKey, window }: { rowKey: string; window: ChatWindow }) {
  const line = useRef<HTMLDivElement>(null);
  const [inSight, setInSight] = useState(false);
  const focused = view.focused.value;
  useEffect(() => {
    const observer = new IntersectionObserver(entries => setInSight(entries.at(-1)!.isIntersecting));
    observer.observe(line.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (inSight && focused) window.markerMet.value = window.marker.peek();
  }, [inSight, focused]);
  return (
    <div ref={line} class="timeline-row divider new" data-key={rowKey} role="separator" aria-label={t('timeline.new')}>
      <span>{t('timeline.new')}</span>
    </div>
  );
}

export function GapRow({ rowKey, window, before }: { rowKey: string; window: ChatWindow; before: Gid }) {
  const client = useClient();
  void window.version.value;
  const lost = window.log.lost.has(before);
  return (
    <div class="timeline-row gap" data-key={rowKey}>
      <span>{lost ? t('timeline.gap.lost') : t('timeline.gap')}</span>
      {!lost && (
        <button type="button" class="link" onClick={() => void client.loadGap(window, before)}>
          {t('timeline.gap.load')}
        </button>
      )}
    </div>
  );
}

export function NoiseRow({
  rowKey,
  window,
  messages,
}: {
  rowKey: string;
  window: ChatWindow;
  messages: readonly WireMessage[];
}) {
  const client = useClient();
  const { store } = client;
  const [open, setOpen] = useState(false);
  const { joined, left, passed } = summarise(messages);
  const parts: string[] = [];
  if (joined.length > 0) parts.push(t('timeline.joined', { count: joined.length }));
  if (left.length > 0) parts.push(t('timeline.left', { count: left.length }));
  if (passed.length > 0) parts.push(t('timeline.passed', { count: passed.length }));
  const names = (people: UserId[]) =>
    people
      .slice(0, 12)
      .map(userId => store.nick(userId, window.network))
      .join(', ');
  const everybody = names([...joined, ...left, ...passed]);
  return (
    <div class="timeline-row noise" data-key={rowKey}>
      <button type="button" class="noise-line" aria-expanded={open} title={everybody} onClick={() => setOpen(!open)}>
        {messages.length === 1 ? `${everybody} ${noiseVerb(messages[0]!.cat)}` : parts.join(', ')}
      </button>
      {open && messages.map(message => drawMessage({ client, window, message, continued: false, rowKey: null }))}
    </div>
  );
}
