import { computed, signal } from '@preact/signals';
import type { TimeFormat } from '../i18n/time';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'compact';
export type TextSize = 'small' | 'normal' | 'large' | 'huge';

/** What the client keeps in `settings:<userId>`; every value is a text there. */
export interface ClientSettings {
  theme: Theme;
  density: Density;
  textSize: TextSize;
  timeFormat: TimeFormat;
  language: string;
  foldNoise: 'on' | 'off';
  desktopNotifications: 'on' | 'off';
  soundNotifications: 'on' | 'off';
  keywords: string;
}

export const defaults: ClientSettings = {
  theme: 'system',
  density: 'comfortable',
  textSize: 'normal',
  timeFormat: 'auto',
  language: 'auto',
  foldNoise: 'on',
  desktopNotifications: 'off',
  soundNotifications: 'on',
  keywords: '',
};

const choices: { [K in keyof ClientSettings]?: readonly string[] } = {
  theme: ['system', 'light', 'dark'],
  density: ['comfortable', 'compact'],
  textSize: ['small', 'normal', 'large', 'huge'],
  timeFormat: ['auto', '12', '24'],
  foldNoise: ['on', 'off'],
  desktopNotifications: ['on', 'off'],
  soundNotifications: ['on', 'off'],
};

/** Before login the browser's copy applies. */
const lookKey = 'mas.look';

/** All settings as the server has them, those of other clients included. */
export const settings = signal<Readonly<Record<string, string>>>(remembered());

/** The client's own settings; a value that makes no sense counts as the default. */
export const preferences = computed<ClientSettings>(() => {
  const held = settings.value;
  const result: Record<string, string> = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof ClientSettings)[]) {
    const value = held[name];
    if (value !== undefined && (choices[name]?.includes(value) ?? true)) result[name] = value;
  }
  return result as unknown as ClientSettings;
});

export function mergeSettings(changes: Record<string, string>): void {
  settings.value = { ...settings.peek(), ...changes };
  const { theme, density, textSize, language } = preferences.peek();
  localStorage.setItem(lookKey, JSON.stringify({ theme, density, textSize, language }));
}

export function forgetSettings(): void {
  settings.value = remembered();
}

function remembered(): Record<string, string> {
  if (typeof localStorage === 'undefined') return {};
  const text = localStorage.getItem(lookKey);
  return text === null ? {} : (JSON.parse(text) as Record<string, string>);
}
