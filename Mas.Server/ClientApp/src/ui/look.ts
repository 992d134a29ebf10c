import { effect, signal } from '@preact/signals';
import { pickLanguage, showLanguage } from '../i18n';
import { preferences } from '../state/settings';

export const dark = signal(false);

/** Applies theme, density, text size and language to the document. */
export function watchLook(): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const apply = () => {
    const { theme, density, textSize } = preferences.value;
    dark.value = theme === 'dark' || (theme === 'system' && system.matches);
    root.dataset.theme = dark.value ? 'dark' : 'light';
    root.dataset.density = density;
    root.dataset.text = textSize;
  };
  effect(apply);
  system.addEventListener('change', apply);
  effect(() => void showLanguage(pickLanguage(preferences.value.language, navigator.languages)));
}
