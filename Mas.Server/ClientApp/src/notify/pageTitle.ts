import { effect } from '@preact/signals';
import type { ChatClient } from '../state/client';
import { view } from '../state/view';

/** Keeps the tab's title, and the installed app's badge, telling what waits for the reader. */
export function watchTitle(client: ChatClient): void {
  effect(() => {
    if (client.phase.value !== 'ready') {
      document.title = 'MAS';
      return;
    }
    let waiting = 0;
    for (const window of client.store.windows.value) if (window.titleAlert.value) waiting += window.unread.value.mentions;
    const active = view.main.value === 'window' ? client.store.window(view.active.value) : undefined;
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${active ? `${client.store.title(active)} · ` : ''}MAS`;
    if ('setAppBadge' in navigator) void navigator.setAppBadge(waiting).catch(badgeRefused);
  });
}

/** A page that isn't installed has no badge; the title tells it all the same. */
function badgeRefused(): void {}
