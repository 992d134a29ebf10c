import { signal } from '@preact/signals';
import type { WindowId } from '../protocol/messages';

export type MainView = 'grid' | 'window' | 'friends';

export type DialogName =
  | { name: 'join'; tab?: 'group' | 'create' | 'irc' | 'person'; network?: string }
  | { name: 'settings' }
  | { name: 'keys' }
  /** The answer to a `/help` that was typed as `text`. */
  | { name: 'commands'; text: string; irc: boolean }
  | { name: 'palette' }
  | { name: 'networkLogin'; network: string }
  | { name: 'details'; windowId: WindowId }
  | { name: 'leave'; windowId: WindowId }
  | { name: 'kick'; windowId: WindowId; userId: string }
  | { name: 'deleteMessage'; windowId: WindowId; gid: number };

/** As in `styles/phone.css`. */
const phoneQuery = '(max-width: 720px)';

/** The type under which a dragged window's id travels. */
export const windowDrag = 'application/x-mas-window';

/** State of this page only. The server does not know it. */
export const view = {
  main: signal<MainView>('grid'),
  /** The window that has the focus, in the grid too. */
  active: signal<WindowId | null>(null),
  dialog: signal<DialogName | null>(null),
  /** On narrow pages the members cover the conversation, so they are hidden at first. */
  members: signal(localFlag('mas.members', true) && !narrow()),
  /** On a phone: the list of conversations is shown, and not the conversation. */
  listOpen: signal(true),
  /** The message being edited, and its new text. */
  editing: signal<{ windowId: WindowId; gid: number; text?: string } | null>(null),
  dragging: signal(false),
  /** One window at a time: a phone, or a window as narrow. */
  phone: signal(media(phoneQuery)),
  focused: signal(typeof document !== 'undefined' && document.hasFocus()),
};

/** False while a phone shows the list. */
export function windowsInSight(): boolean {
  return !(view.phone.value && view.listOpen.value);
}

/** Shows one window in full size. The phone's back button then works. */
export function openWindow(id: WindowId): void {
  view.active.value = id;
  view.main.value = 'window';
  leaveList();
}

export function showGrid(): void {
  view.main.value = 'grid';
  leaveList();
}

export function showFriends(): void {
  view.main.value = 'friends';
  leaveList();
}

export function showList(): void {
  if (history.state?.mas === 'content') history.back();
  else view.listOpen.value = true;
}

export function openDialog(dialog: DialogName): void {
  view.dialog.value = dialog;
}

export function closeDialog(): void {
  view.dialog.value = null;
}

export function toggleMembers(): void {
  view.members.value = !view.members.value;
  if (!narrow()) localStorage.setItem('mas.members', view.members.value ? 'on' : 'off');
}

/** Follows the browser's back button and the focus of the page. */
export function watchPage(): void {
  window.addEventListener('popstate', event => {
    view.listOpen.value = (event.state as { mas?: string } | null)?.mas !== 'content';
  });
  const focus = () => {
    view.focused.value = document.visibilityState === 'visible' && document.hasFocus();
  };
  addEventListener('focus', focus);
  addEventListener('blur', focus);
  document.addEventListener('visibilitychange', focus);
  matchMedia(phoneQuery).addEventListener('change', event => (view.phone.value = event.matches));
}

function leaveList(): void {
  if (!view.listOpen.peek()) return;
  view.listOpen.value = false;
  history.pushState({ mas: 'content' }, '');
}

function narrow(): boolean {
  return media('(max-width: 980px)');
}

function media(query: string): boolean {
  return typeof matchMedia !== 'undefined' && matchMedia(query).matches;
}

function localFlag(key: string, byDefault: boolean): boolean {
  if (typeof localStorage === 'undefined') return byDefault;
  const text = localStorage.getItem(key);
  return text === null ? byDefault : text === 'on';
}
