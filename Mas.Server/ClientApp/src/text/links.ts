/** A link in a text: where it stands and where it leads. */
export interface LinkRange {
  from: number;
  to: number;
  href: string;
}

const candidate = /\b(?:https?:\/\/|www\.)[^\s<>"\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const trailing = /[.,;:!?'"…*_~)\]}>|]$/u;
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
  let text = address;
  while (trailing.test(text)) {
    const last = text.at(-1)!;
    const opener = openers[last];
    if (opener && count(text, opener) >= count(text, last)) break;
    text = text.slice(0, -1);
  }
  return text;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function toHref(address: string): string | null {
  const full = /^www\./i.test(address) ? `https://${address}` : address;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  return web && url.hostname.length > 1 ? url.href : null;
}
