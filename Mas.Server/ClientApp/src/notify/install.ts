import { signal } from '@preact/signals';

/** The install event of Chrome and Edge. Other browsers have their own menus. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** Installs the page as an app; null when the browser has not offered it, or it was done. */
export const install = signal<(() => void) | null>(null);

/** Keeps the browser's offer until the user asks for it in the menu. */
export function watchInstallOffer(): void {
  addEventListener('beforeinstallprompt', event => {
    // The menu entry replaces the browser's own prompt.
    event.preventDefault();
    install.value = () => {
      install.value = null;
      void (event as InstallEvent).prompt();
    };
  });
  addEventListener('appinstalled', () => {
    install.value = null;
  });
}
