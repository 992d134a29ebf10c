import { type Signal, signal } from '@preact/signals';
import type { WindowId } from '../../protocol/messages';
import { focusComposer } from '../keys';

const drafts = new Map<string, Signal<string>>();
const key = (owner: string, windowId: WindowId) => `mas.draft.${owner}.${windowId}`;
let current = '';

/** The draft of a window. It outlives the window and the page. */
export function draftOf(owner: string, windowId: WindowId): Signal<string> {
  current = owner;
  const name = key(owner, windowId);
  let draft = drafts.get(name);
  if (!draft) drafts.set(name, (draft = signal(localStorage.getItem(name) ?? '')));
  return draft;
}

export function setDraft(owner: string, windowId: WindowId, text: string): void {
  draftOf(owner, windowId).value = text;
  if (text === '') localStorage.removeItem(key(owner, windowId));
  else localStorage.setItem(key(owner, windowId), text);
}

/** Follows drafts of other tabs of this browser. */
export function watchDrafts(): void {
  window.addEventListener('storage', event => {
    if (event.storageArea !== localStorage) return;
    const draft = event.key === null ? undefined : drafts.get(event.key);
    if (draft) draft.value = event.newValue ?? '';
  });
}

export function mention(windowId: WindowId, nick: string): void {
  const text = draftOf(current, windowId).peek();
  setDraft(current, windowId, `${text}${text === '' || text.endsWith(' ') ? '' : ' '}@${nick} `);
  focusComposer(windowId);
}
