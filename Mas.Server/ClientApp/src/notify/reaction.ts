import type { Category } from '../protocol/messages';

export interface Occasion {
  own: boolean;
  cat: Category;
  direct: boolean;
  mentioned: boolean;
  /** The window's settings. */
  sounds: boolean;
  titleAlert: boolean;
  /** The window is visible and focused. */
  watched: boolean;
  desktopAllowed: boolean;
  soundAllowed: boolean;
}

export interface Reaction {
  sound: boolean;
  desktop: boolean;
  /** Read out by a screen reader. */
  speak: boolean;
}

/**
 * What to do about a message. Only what is meant for the reader (a one-on-one, the nick, a keyword)
 * makes a noise or a notification, and only when the reader isn't looking at it already; a window whose
 * `sounds` and `titleAlert` are off is mute.
 */
export function reactTo(occasion: Occasion): Reaction {
  const chat = occasion.cat === 'msg' || occasion.cat === 'action' || occasion.cat === 'notice';
  const forReader = chat && !occasion.own && (occasion.direct || occasion.mentioned);
  return {
    sound: forReader && !occasion.watched && occasion.sounds && occasion.soundAllowed,
    desktop: forReader && !occasion.watched && occasion.titleAlert && occasion.desktopAllowed,
    speak: chat && !occasion.own && occasion.watched,
  };
}
