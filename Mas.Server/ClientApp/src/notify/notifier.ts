import { signal } from '@preact/signals';
import { t } from '../i18n';
import type { WireMessage } from '../protocol/messages';
import type { ChatWindow } from '../state/chatWindow';
import type { Store } from '../state/store';
import { openWindow } from '../state/view';
import { stripFormatting } from '../text/mirc';
import type { Missed } from './catchUp';
import type { Reaction } from './reaction';

/** What a screen reader reads out next. */
export const spoken = signal('');

/** Carries out what a message asks for: a sound, a notification of the desktop, a word to the screen reader. */
export function notifyOf(store: Store, window: ChatWindow, message: WireMessage, reaction: Reaction): void {
  const name = store.nick(message.userId, window.network);
  const text = stripFormatting(message.body).slice(0, 300);
  if (reaction.speak) spoken.value = t('speak.message', { name, window: store.title(window), text });
  if (reaction.sound) chime();
  if (reaction.desktop)
    show(`window-${window.id}`, window, window.isDirect ? name : `${name} · ${store.title(window)}`, text);
}

/** The most windows that a sum names. */
const named = 5;

/** Tells once of all that came while the connection was away. */
export function notifyOfMissed(store: Store, { windows, count, sound }: Missed): void {
  if (sound) chime();
  const [first] = windows;
  if (count === 0 || !first) return;
  const names = windows.slice(0, named).map(window => store.title(window));
  show('missed', first, t('notify.missed', { count }), `${names.join(', ')}${windows.length > named ? ' …' : ''}`);
}

/** Asks the browser for the permission; false when it says no. */
export async function allowDesktop(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false;
  return (await Notification.requestPermission()) === 'granted';
}

/** Shows a notification in the place of an earlier one of the same tag; a click on it leads to the window. */
function show(tag: string, window: ChatWindow, title: string, body: string): void {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
  const options: NotificationOptions = { body, tag, icon: '/icons/mas-192.png', silent: true };
  let notification: Notification;
  try {
    notification = new Notification(title, options);
  } catch (error) {
    // Chrome on Android has the class and refuses its constructor; there the worker shows it.
    if (!(error instanceof TypeError)) throw error;
    void navigator.serviceWorker?.ready.then(worker => worker.showNotification(title, { ...options, data: window.id }));
    return;
  }
  notification.onclick = () => {
    globalThis.focus();
    openWindow(window.id);
    notification.close();
  };
}

let audio: AudioContext | null = null;

/** Two soft tones, made on the spot. Browsers keep quiet until the user has touched the page. */
function chime(): void {
  audio ??= new AudioContext();
  const start = audio.currentTime;
  for (const [index, frequency] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    const at = start + index * 0.09;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.08, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  }
}
