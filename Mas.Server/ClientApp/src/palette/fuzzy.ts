/**
 * How well `query` fits `text`: the letters must occur in order; starts of words and letters that
 * follow each other count more, and so do short texts. 0 when it doesn't fit.
 */
export function score(query: string, text: string): number {
  const wanted = query.toLowerCase();
  const offered = text.toLowerCase();
  if (wanted === '') return 1;
  if (offered === wanted) return 1000;
  if (offered.startsWith(wanted)) return 500 - Math.min(200, offered.length);
  const inside = offered.indexOf(wanted);
  if (inside >= 0) return (isWordStart(offered, inside) ? 300 : 200) - Math.min(150, offered.length);
  let points = 0;
  let at = -1;
  for (const character of wanted) {
    const next = offered.indexOf(character, at + 1);
    if (next < 0) return 0;
    points += next === at + 1 ? 3 : isWordStart(offered, next) ? 2 : 1;
    at = next;
  }
  return points / (offered.length + wanted.length);
}

export function rank<T>(query: string, items: readonly T[], textOf: (item: T) => string): T[] {
  return items
    .map((item, index) => ({ item, index, points: score(query, textOf(item)) }))
    .filter(entry => entry.points > 0)
    .sort((a, b) => b.points - a.points || a.index - b.index)
    .map(entry => entry.item);
}

function isWordStart(text: string, index: number): boolean {
  return index === 0 || !/[\p{L}\p{N}]/u.test(text[index - 1]!);
}
