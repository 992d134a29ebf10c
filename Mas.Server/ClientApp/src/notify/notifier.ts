import { signal } from '@preact/signals';
import { t } from '../i18n';
import type { WireMessage } from '../protocol/messages';
import type { ChatWindow } from '../state/chatWindow';
import type { Store } from '../state/store';
import { openWindow } from '../state/view';
import { stripFormatting } from '../text/mirc';
import type { Missed } from './catchUp';
import type { Reaction } from './reaction';

export const spoken = signal('');

/** Plays a sound, shows a notification, tells the screen reader. */
export function notifyOf(store: Store, window: ChatWindow, message: WireMessage, reaction: Reaction): void {
  const name = store.nick(message.userId, window.network);
  const text = stripFormatting(message.body).slice(0, 300);
  if (reaction.speak) spoken.value = t('speak.message', { name, window: store.title(window), text });
  if (reaction.sound) chime();
  if (reaction.desktop)
    show(`window-${window.id}`, window, window.isDirect ? name : `${name} · ${store.title(window)}`, text);
}

const named = 5;

/** Announces in one summary what arrived while disconnected. */
export function notifyOfMissed(store: Store, { windows, count, sound }: Missed): void {
  if (sound) chime();
  const [first] = windows;
  if (count === 0 || !first) return;
  const names = windows.slice(0, named).map(window => store.title(window));
  show('missed', first, t('notify.missed', { count }), `${names.join(', ')}${windows.length > named ? ' …' : ''}`);
}

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
    // Chrome on Android refuses the constructor; the worker shows it there.
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

/** Browsers stay silent until the user has touched the page. */
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
