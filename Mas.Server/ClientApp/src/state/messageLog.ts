import type { Gid, WireMessage } from '../protocol/messages';

/** What changed in a log: new messages at the end only, or anything else. */
export type LogChange = 'none' | 'appended' | 'changed';

/**
 * A window's messages, ordered by gid and without doubles. A message that is already there is replaced
 * only by a later edit of it.
 */
export class MessageLog {
  /** Oldest first. Read only. */
  readonly messages: WireMessage[] = [];
  /** Gids of messages before which others are missing. */
  readonly gaps = new Set<Gid>();
  /** Gaps that the server has no messages for. */
  readonly lost = new Set<Gid>();
  private highestRev = 0;

  /** The highest gid or rev held, sent as `cached`. 0 when empty. */
  get newest(): Gid {
    return Math.max(this.messages.at(-1)?.gid ?? 0, this.highestRev);
  }

  get oldest(): Gid | null {
    return this.messages[0]?.gid ?? null;
  }

  /** Adds messages; with `gap`, others are missing between those held so far and the first of these. */
  add(incoming: readonly WireMessage[], gap = false): LogChange {
    const lastBefore = this.messages.at(-1)?.gid ?? 0;
    let change: LogChange = 'none';
    if (gap && lastBefore > 0) {
      const first = incoming.find(message => message.gid > lastBefore);
      if (first) this.gaps.add(first.gid);
    }
    for (const message of incoming) change = worse(change, this.put(message));
    return change;
  }

  /** Adds what was fetched from before `before`, and closes the gap there when it reaches what is older. */
  addOlder(before: Gid, fetched: readonly WireMessage[], more: boolean): LogChange {
    if (fetched.length === 0 && this.gaps.has(before)) {
      this.lost.add(before);
      return 'changed';
    }
    const closes = this.gaps.delete(before);
    const first = fetched[0];
    const alreadyHeld = first !== undefined && this.indexOf(first.gid) >= 0;
    const older = first ? this.messages.some(message => message.gid < first.gid) : false;
    const change = this.add(fetched);
    if (closes && first && !alreadyHeld && older && more) this.gaps.add(first.gid);
    return closes ? 'changed' : change;
  }

  get(gid: Gid): WireMessage | undefined {
    const index = this.indexOf(gid);
    return index >= 0 ? this.messages[index] : undefined;
  }

  private put(message: WireMessage): LogChange {
    if (message.rev !== undefined && message.rev > this.highestRev) this.highestRev = message.rev;
    const last = this.messages.at(-1);
    if (!last || message.gid > last.gid) {
      this.messages.push(message);
      return 'appended';
    }
    const index = this.lowerBound(message.gid);
    const held = this.messages[index];
    if (held?.gid !== message.gid) {
      this.messages.splice(index, 0, message);
      return 'changed';
    }
    if ((message.rev ?? 0) <= (held.rev ?? 0)) return 'none';
    this.messages[index] = message;
    return 'changed';
  }

  private indexOf(gid: Gid): number {
    const index = this.lowerBound(gid);
    return this.messages[index]?.gid === gid ? index : -1;
  }

  private lowerBound(gid: Gid): number {
    let low = 0;
    let high = this.messages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.messages[middle]!.gid < gid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function worse(a: LogChange, b: LogChange): LogChange {
  if (a === 'changed' || b === 'changed') return 'changed';
  return a === 'appended' || b === 'appended' ? 'appended' : 'none';
}
