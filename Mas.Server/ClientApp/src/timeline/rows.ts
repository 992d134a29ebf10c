import type { Gid, UserId, WireMessage } from '../protocol/messages';

/** One line of the timeline as it is drawn. `key` stays the same while the line means the same. */
export type Row =
  | { kind: 'day'; key: string; ts: number }
  | { kind: 'new'; key: string }
  | { kind: 'gap'; key: string; before: Gid }
  | { kind: 'message'; key: string; message: WireMessage; continued: boolean }
  | { kind: 'noise'; key: string; messages: WireMessage[] };

export interface RowOptions {
  /** A line is drawn before the first message that is newer than this; null: no line. */
  marker: Gid | null;
  gaps: ReadonlySet<Gid>;
  /** Fold joins, parts and quits that follow each other into one line. */
  fold: boolean;
  /** The local calendar day of a time in unix seconds, as a text that differs from day to day. */
  dayOf: (ts: number) => string;
}

/** Messages of one author within this many seconds stand under one name. */
const sameBlock = 5 * 60;

const noise = new Set<string>(['join', 'part', 'quit']);
const spoken = new Set<string>(['msg', 'notice']);

/** Whether a message is somebody saying something, as against news about the conversation. */
export function isChat(message: WireMessage): boolean {
  return message.cat === 'msg' || message.cat === 'action' || message.cat === 'notice';
}

/**
 * Builds the rows of a timeline message by message, so that one more message costs one step and not a
 * walk over ten thousand.
 */
export class RowBuilder {
  readonly rows: Row[] = [];
  private day = '';
  private markerDrawn: boolean;
  private lastSpoken: { userId: UserId; ts: number; cat: string } | null = null;

  constructor(private readonly options: RowOptions) {
    this.markerDrawn = options.marker === null;
  }

  push(message: WireMessage): void {
    this.separate(message);
    if (noise.has(message.cat) && this.options.fold) {
      this.pushNoise(message);
      return;
    }
    const continued =
      spoken.has(message.cat) &&
      this.lastSpoken !== null &&
      this.lastSpoken.userId === message.userId &&
      this.lastSpoken.cat === message.cat &&
      message.ts - this.lastSpoken.ts < sameBlock;
    this.rows.push({ kind: 'message', key: `m${message.gid}`, message, continued });
    this.lastSpoken = spoken.has(message.cat) ? { userId: message.userId, ts: message.ts, cat: message.cat } : null;
  }

  /** Whether a message that is still under way would stand under the name that is already there. */
  continues(userId: UserId, ts: number): boolean {
    return (
      this.lastSpoken !== null &&
      this.lastSpoken.cat === 'msg' &&
      this.lastSpoken.userId === userId &&
      ts - this.lastSpoken.ts < sameBlock
    );
  }

  private pushNoise(message: WireMessage): void {
    const last = this.rows.at(-1);
    if (last?.kind === 'noise') {
      this.rows[this.rows.length - 1] = { ...last, messages: [...last.messages, message] };
      return;
    }
    this.rows.push({ kind: 'noise', key: `n${message.gid}`, messages: [message] });
    this.lastSpoken = null;
  }

  private separate(message: WireMessage): void {
    if (this.options.gaps.has(message.gid)) this.divide({ kind: 'gap', key: `g${message.gid}`, before: message.gid });
    const day = this.options.dayOf(message.ts);
    if (day !== this.day) {
      this.day = day;
      this.divide({ kind: 'day', key: `d${day}`, ts: message.ts });
    }
    if (!this.markerDrawn && message.gid > this.options.marker!) {
      this.markerDrawn = true;
      this.divide({ kind: 'new', key: 'new' });
    }
  }

  private divide(row: Row): void {
    this.rows.push(row);
    this.lastSpoken = null;
  }
}

/** Who came and went in a folded line: each person once, where they ended up. */
export interface NoiseSummary {
  joined: UserId[];
  left: UserId[];
  /** Came and went, or went and came back, within the line. */
  passed: UserId[];
}

export function summarise(messages: readonly WireMessage[]): NoiseSummary {
  const first = new Map<UserId, boolean>();
  const last = new Map<UserId, boolean>();
  for (const { userId, cat } of messages) {
    const here = cat === 'join';
    if (!first.has(userId)) first.set(userId, here);
    last.set(userId, here);
  }
  const summary: NoiseSummary = { joined: [], left: [], passed: [] };
  for (const [userId, here] of last) {
    const cameFirst = first.get(userId)!;
    const once = messages.filter(message => message.userId === userId).length === 1;
    if (once || cameFirst === here) (here ? summary.joined : summary.left).push(userId);
    else summary.passed.push(userId);
  }
  return summary;
}
