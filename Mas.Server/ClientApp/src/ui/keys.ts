import type { ChatClient } from '../state/client';
import { closeDialog, openDialog, openWindow, showGrid, toggleMembers, view } from '../state/view';
import { orderedWindows } from './shell/order';

const apple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

export const controlKey = apple ? '⌘' : 'Ctrl';

/** Global keys. The composer and lists have their own. */
export function installKeys(client: ChatClient): void {
  document.addEventListener('keydown', event => {
    if (client.phase.peek() !== 'ready' || event.defaultPrevented || event.isComposing) return;
    const handled = view.dialog.peek() ? inDialog(event) : command(client, event) || startWriting(event);
    if (handled === 'handled') event.preventDefault();
  });
}

type Handled = 'handled' | false;

function inDialog(event: KeyboardEvent): Handled {
  if (controls(event) && event.key.toLowerCase() === 'k') {
    closeDialog();
    return 'handled';
  }
  return false;
}

function command(client: ChatClient, event: KeyboardEvent): Handled {
  const key = event.key.toLowerCase();
  if (controls(event) && key === 'k') return done(() => openDialog({ name: 'palette' }));
  if (controls(event) && event.key === ',') return done(() => openDialog({ name: 'settings' }));
  if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    return done(() => step(client, event.key === 'ArrowDown' ? 1 : -1, event.shiftKey));
  }
  if (event.altKey && key === 'g') return done(showGrid);
  if (event.altKey && event.key === 'End') return done(() => press('.latest'));
  if (event.altKey && event.key === 'Home') return done(() => press('.unseen-jump'));
  if (event.altKey && key === 'm') return done(toggleMembers);
  if (event.key === 'F6') return done(() => nextRegion(event.shiftKey ? -1 : 1));
  if (event.key === '?' && !isWriting(event.target)) return done(() => openDialog({ name: 'keys' }));
  if (event.key === 'Escape') return closeTopmost();
  if (event.key === 'PageUp' || event.key === 'PageDown') return page(event.key === 'PageUp' ? -1 : 1);
  return false;
}

function done(action: () => void): Handled {
  action();
  return 'handled';
}

function controls(event: KeyboardEvent): boolean {
  return (apple ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey;
}

/** The window before or after the active one; with `unreadOnly`, the next that has something new. */
function step(client: ChatClient, direction: 1 | -1, unreadOnly: boolean): void {
  const windows = orderedWindows(client.store);
  const at = windows.findIndex(window => window.id === view.active.peek());
  for (let i = 1; i <= windows.length; i++) {
    const window = windows[(at + direction * i + windows.length * 2) % windows.length]!;
    if (unreadOnly && window.unread.peek().count === 0) continue;
    if (view.main.peek() === 'grid' && window.visible.peek()) view.active.value = window.id;
    else openWindow(window.id);
    focusComposer(window.id);
    return;
  }
}

export function focusComposer(windowId: number): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-window="${windowId}"] .composer textarea`)?.focus(),
  );
}

function closeTopmost(): Handled {
  const active = view.active.peek();
  if (active !== null && !isWriting(document.activeElement)) focusComposer(active);
  else if (view.main.peek() === 'window' && active !== null) {
    showGrid();
    focusComposer(active);
  } else return false;
  return 'handled';
}

function page(direction: 1 | -1): Handled {
  const pane = document.querySelector(`[data-window="${view.active.peek() ?? ''}"]`);
  const list = pane?.querySelector('.timeline');
  if (!list) return false;
  list.scrollBy({ top: direction * list.clientHeight * 0.85 });
  return 'handled';
}

/** A letter typed outside any field goes to the active window. */
function startWriting(event: KeyboardEvent): Handled {
  const plain = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
  const target = event.target as HTMLElement;
  if (!plain || isWriting(target) || target.closest('[role=menu]')) return false;
  document.querySelector<HTMLElement>(`[data-window="${view.active.peek() ?? ''}"] .composer textarea`)?.focus();
  return false;
}

/** What a button over the messages does; without it, what it leads to is in sight already. */
function press(button: string): void {
  document.querySelector<HTMLElement>(`[data-window="${view.active.peek() ?? ''}"] ${button}`)?.click();
}

function nextRegion(direction: 1 | -1): void {
  const visible = (element: HTMLElement) => element.offsetParent !== null;
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(visible);
  // The innermost: a composer is a region within one.
  const at = regions.findLastIndex(region => region.contains(document.activeElement));
  const next = regions.at((at + direction) % regions.length);
  const stops = [...(next?.querySelectorAll<HTMLElement>('textarea, button, [tabindex="0"]') ?? [])].filter(visible);
  (stops.find(stop => stop.ariaCurrent === 'page') ?? stops[0])?.focus();
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches('input, textarea, select') || target.isContentEditable);
}
