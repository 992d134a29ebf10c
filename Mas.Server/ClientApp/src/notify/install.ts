import { signal } from '@preact/signals';

/** What Chrome and Edge hand to a page that could be installed as an app. Other browsers have menus of their own for it. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** Installs the page as an app; null when the browser has not offered it, or it was done. */
export const install = signal<(() => void) | null>(null);

/** Keeps the browser's offer until the user asks for it in the menu. */
export function watchInstallOffer(): void {
  addEventListener('beforeinstallprompt', event => {
    // The menu's entry takes the place of the browser's own bar.
    event.preventDefault();
    install.value = () => {
      // An offer can be used once.
      install.value = null;
      void (event as InstallEvent).prompt();
    };
  });
  addEventListener('appinstalled', () => {
    install.value = null;
  });
}
