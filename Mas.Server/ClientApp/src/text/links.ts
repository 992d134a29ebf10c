export interface LinkRange {
  from: number;
  to: number;
  href: string;
}

const candidate = /\b(?:https?:\/\/|www\.)[^\s<>"\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const trailing = /[.,;:!?'"…*_~)\]}>|]/u;
const openers: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** Finds the web addresses in a text. Only http and https ever become links. */
export function findLinks(text: string): LinkRange[] {
  const found: LinkRange[] = [];
  for (const match of text.matchAll(candidate)) {
    const address = trimmed(match[0]);
    const href = toHref(address);
    if (href) found.push({ from: match.index, to: match.index + address.length, href });
  }
  return found;
}

/** Whether the address looks like that of a picture that the page could show. */
export function isImage(href: string): boolean {
  return /\.(?:png|jpe?g|gif|webp|avif)$/i.test(new URL(href).pathname);
}

/** A sentence's own punctuation at the end is no part of the address; a bracket that was opened in it is. */
function trimmed(address: string): string {
  // Counted once, so that an address of brackets costs one walk.
  const counts = new Map<string, number>();
  for (const character of address) counts.set(character, (counts.get(character) ?? 0) + 1);
  const count = (character: string) => counts.get(character) ?? 0;
  let end = address.length;
  for (; end > 0 && trailing.test(address[end - 1]!); end--) {
    const last = address[end - 1]!;
    const opener = openers[last];
    if (opener && count(opener) >= count(last)) break;
    counts.set(last, count(last) - 1);
  }
  return address.slice(0, end);
}

function toHref(address: string): string | null {
  const full = /^www\./i.test(address) ? `https://${address}` : address;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  return web && url.hostname.length > 1 ? url.href : null;
}
