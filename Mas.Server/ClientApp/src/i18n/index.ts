import { signal } from '@preact/signals';
import { type Dictionary, en, type Phrase, type TextKey } from './en';

export type { TextKey } from './en';
export type Language = 'en' | 'de';

export const languages: Record<Language, string> = { en: 'English', de: 'Deutsch' };

const dictionary = signal<Dictionary>(en);
/** The language that is shown; also what dates and numbers are formatted by. */
export const language = signal<Language>('en');

/** The setting's language, or with `auto` the first of the browser's that there is. */
export function pickLanguage(setting: string, wanted: readonly string[]): Language {
  if (setting in languages) return setting as Language;
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0]!;
    if (base in languages) return base as Language;
  }
  return 'en';
}

/** Shows a language; all but English are loaded when they are first wanted. */
export async function showLanguage(next: Language): Promise<void> {
  const texts = next === 'de' ? (await import('./de')).de : en;
  dictionary.value = texts;
  language.value = next;
  document.documentElement.lang = next;
}

/** The text for a key in the language that is shown. `count` also chooses the plural form. */
export function t(key: TextKey, parameters?: Record<string, string | number>): string {
  const phrase = dictionary.value[key];
  return parameters === undefined && typeof phrase === 'string'
    ? phrase
    : format(phrase, parameters ?? {}, language.value);
}

/** Whether there is a text for a key that was put together. */
export function hasText(key: string): key is TextKey {
  return key in en;
}

/** The text for an acknowledgement's status, when there is a special one. */
export function statusText(status: string, errorMsg?: string): string {
  const key = `status.${status}`;
  if (language.value === 'en' && errorMsg) return errorMsg;
  // The server's English sentence is better than none.
  if (status === 'ERROR' && errorMsg) return `${t('status.ERROR')} (${errorMsg})`;
  return hasText(key) ? t(key) : (errorMsg ?? t('status.ERROR'));
}

/** Puts parameters into a phrase. Parameters are text; nothing of them is read again. */
export function format(phrase: Phrase, parameters: Record<string, string | number>, tag: string): string {
  const text = typeof phrase === 'string' ? phrase : phrase[pluralOf(Number(parameters.count ?? 0), tag)];
  // Parsed once: every announced message uses such a phrase.
  let pieces = cut.get(text);
  if (!pieces) cut.set(text, (pieces = text.split(/\{(\w+)\}/)));
  let written = pieces[0]!;
  for (let i = 1; i < pieces.length; i += 2) {
    const value = parameters[pieces[i]!];
    written += value === undefined ? `{${pieces[i]}}` : typeof value === 'number' ? value.toLocaleString(tag) : value;
    written += pieces[i + 1];
  }
  return written;
}

/** Phrases cut at their parameters: text and name in turn. */
const cut = new Map<string, string[]>();

function pluralOf(count: number, tag: string): 'one' | 'other' {
  return new Intl.PluralRules(tag).select(count) === 'one' ? 'one' : 'other';
}
