import { stripFormatting } from './mirc';

/**
 * The expression that finds the reader's nick and keywords as whole words, without regard to case;
 * null when there is nothing to look for.
 */
export function mentionPattern(words: readonly string[]): RegExp | null {
  const wanted = [...new Set(words.map(word => word.trim()).filter(word => word !== ''))];
  if (wanted.length === 0) return null;
  const any = wanted
    .sort((a, b) => b.length - a.length)
    .map(word => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
    .join('|');
  return new RegExp(`(?<![\\p{L}\\p{N}_])@?(?:${any})(?![\\p{L}\\p{N}_])`, 'giu');
}

export function mentions(pattern: RegExp | null, body: string): boolean {
  if (!pattern) return false;
  pattern.lastIndex = 0;
  const found = pattern.test(stripFormatting(body));
  pattern.lastIndex = 0;
  return found;
}

export function parseKeywords(setting: string): string[] {
  return setting
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
}
