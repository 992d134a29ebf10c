import { computed, effect } from '@preact/signals';
import type { ChatClient } from '../state/client';
import { view } from '../state/view';

/** Shows the unread count in the tab's title and the app's badge. */
export function watchTitle(client: ChatClient): void {
  const ready = computed(() => client.phase.value === 'ready');
  const waiting = computed(() => {
    let count = 0;
    if (ready.value)
      for (const window of client.store.windows.value)
        if (window.titleAlert.value) count += window.unread.value.mentions;
    return count;
  });
  const active = computed(() => {
    const window = ready.value && view.main.value === 'window' ? client.store.window(view.active.value) : undefined;
    return window ? `${client.store.title(window)} · ` : '';
  });
  effect(() => {
    document.title = `${waiting.value > 0 ? `(${waiting.value}) ` : ''}${active.value}MAS`;
  });
  effect(() => {
    if ('setAppBadge' in navigator) void navigator.setAppBadge(waiting.value).catch(badgeRefused);
  });
}

/** Pages that are not installed have no badge. */
function badgeRefused(): void {}
