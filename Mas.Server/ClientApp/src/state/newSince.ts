import type { Gid, UserId } from '../protocol/messages';
import type { ChatWindow } from './chatWindow';

/** What a window needs to know of the reader to count what is unread. */
export interface Reader {
  isMe(userId: UserId): boolean;
  mentionsMe(network: string, body: string): boolean;
  /** What `mentionsMe` looks for; another one when the reader's nicks or words have changed. */
  mentionPattern(network: string): RegExp | null;
}

export interface NewMessages {
  count: number;
  mentions: number;
  firstMention: Gid | null;
}

/** More than this is shown as "99+", so no more is counted. */
export const countLimit = 100;

/**
 * Counts what is new in a window for whoever asks with every message. Only what came since it was asked last is looked at, unless
 * anything else has changed: to see whether a hundred messages name the reader takes as long as to draw one.
 */
export class NewSince {
  private last: { gid: Gid; upto: Gid; structure: number; pattern: RegExp | null; found: NewMessages } | null = null;

  constructor(private readonly window: ChatWindow) {}

  /** As {@link ChatWindow.since}. */
  count(gid: Gid, reader: Reader): NewMessages {
    const { window, last } = this;
    const { structure } = window;
    const pattern = reader.mentionPattern(window.network);
    const before = last && last.gid === gid && last.structure === structure && last.pattern === pattern ? last : null;
    let found = window.since(before?.upto ?? gid, reader);
    if (before) {
      found = {
        count: Math.min(before.found.count + found.count, countLimit),
        mentions: before.found.mentions + found.mentions,
        firstMention: before.found.firstMention ?? found.firstMention,
      };
    }
    this.last = { gid, upto: Math.max(gid, window.log.newest), structure, pattern, found };
    return found;
  }
}
