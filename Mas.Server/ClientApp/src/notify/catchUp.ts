import type { Gid } from '../protocol/messages';
import type { ChatWindow } from '../state/chatWindow';
import type { Reader } from '../state/newSince';

export interface Missed {
  /** The windows to be told of on the desktop, and how much is in them for the reader. */
  windows: readonly ChatWindow[];
  count: number;
  /** Whether a window that may make a noise is among all of them. */
  sound: boolean;
}

/**
 * Adds up what a reconnect brings, so that it is told once and not message by message. What makes a noise or a notification when
 * it arrives does so when it is caught up with: what is for the reader, in windows that aren't mute or watched.
 */
export class CatchUp {
  private readonly held = new Map<ChatWindow, Gid>();

  /** A window is about to get, or has got, messages that it did not hold: others than up to `newest`. */
  note(window: ChatWindow, newest: Gid): void {
    // A first message. A group without messages was joined elsewhere: all of it is older.
    if (newest > 0 || window.isDirect) this.held.set(window, newest);
  }

  /** The sum, for now that everything is there, and forgets it. What the reader has read elsewhere is no news. */
  take(reader: Reader, watched: (window: ChatWindow) => boolean): Missed {
    const all = [...this.held]
      .map(([window, newest]) => ({
        window,
        count: window.since(Math.max(newest, window.seen.peek()), reader).mentions,
      }))
      .filter(({ window, count }) => count > 0 && !watched(window));
    this.held.clear();
    const told = all.filter(({ window }) => window.titleAlert.peek());
    return {
      windows: told.map(({ window }) => window),
      count: told.reduce((sum, { count }) => sum + count, 0),
      sound: all.some(({ window }) => window.sounds.peek()),
    };
  }
}
