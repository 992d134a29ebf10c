/** Up to two letters that stand for a name in an avatar. */
export function initials(name: string): string {
  const letters = [...name.replace(/[^\p{L}\p{N}\s._-]/gu, '')];
  const words = letters
    .join('')
    .split(/[\s._-]+/u)
    .filter(word => word !== '');
  if (words.length === 0) return '?';
  const first = [...words[0]!][0]!;
  const second = words.length > 1 ? [...words[1]!][0]! : '';
  return (first + second).toUpperCase();
}

/** The colour that a person always has: 0 to 11. */
export function hueOf(userId: string): number {
  let hash = 2166136261;
  for (let i = 0; i < userId.length; i++) hash = Math.imul(hash ^ userId.charCodeAt(i), 16777619);
  return (hash >>> 8) % 12;
}
