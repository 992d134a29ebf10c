import { findLinks } from './links';
import { parseFormatting, type Run, stripFormatting } from './mirc';

/** A piece of a line. What it holds is text; nothing here is ever markup. */
export type Inline =
  | { kind: 'text'; runs: Run[] }
  | { kind: 'link'; runs: Run[]; href: string }
  | { kind: 'code'; text: string }
  | { kind: 'channel'; runs: Run[]; name: string }
  | { kind: 'mention'; runs: Run[] };

/** A message body: paragraphs of inline pieces, and code blocks. */
export type Block = { kind: 'paragraph'; inlines: Inline[] } | { kind: 'codeblock'; language: string; text: string };

export interface MarkupOptions {
  /** Words that are highlighted as being about the reader. */
  mentions?: RegExp | null;
}

interface Range {
  from: number;
  to: number;
  make: (runs: Run[], text: string) => Inline;
}

const fence = /```(?:([\w+#-]{1,20})\n)?([\s\S]+?)```/g;
const codeSpan = /(?<![`\\])(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)/g;
const channel = /(?<![\p{L}\p{N}_/#&])#[\p{L}\p{N}_][\p{L}\p{N}_\-.+]{0,49}(?<![-.+])/gu;

/** What follows `#` in the number of an issue or in a colour. */
const noChannel = /^(?:\d+|(?=.*\d)[0-9a-f]{6})$/i;

/** Reads a message body: code blocks, code spans, links, channel names, mentions, mIRC formatting. */
export function parseBody(body: string, options: MarkupOptions = {}): Block[] {
  const blocks: Block[] = [];
  let from = 0;
  // Each search walks the whole text; few texts need all of them.
  for (const match of body.includes('```') ? body.matchAll(fence) : []) {
    addParagraph(blocks, body.slice(from, match.index), options);
    blocks.push({
      kind: 'codeblock',
      language: match[1] ?? '',
      text: stripFormatting(match[2]!).replace(/^\n|\n$/g, ''),
    });
    from = match.index + match[0].length;
  }
  addParagraph(blocks, body.slice(from), options);
  return blocks;
}

function addParagraph(blocks: Block[], text: string, options: MarkupOptions): void {
  const trimmed = blocks.length > 0 ? text.replace(/^\n/, '') : text;
  if (trimmed.trim() === '') return;
  blocks.push({ kind: 'paragraph', inlines: parseInlines(trimmed.replace(/\n+$/, ''), options) });
}

/** Reads one paragraph, topic or the like. */
export function parseInlines(text: string, options: MarkupOptions = {}): Inline[] {
  const runs = parseFormatting(text);
  const plain = runs.map(run => run.text).join('');
  const inlines: Inline[] = [];
  const rest = new RunCutter(runs);
  let at = 0;
  for (const range of findRanges(plain, options)) {
    if (range.from > at) inlines.push({ kind: 'text', runs: rest.take(range.from - at) });
    inlines.push(range.make(rest.take(range.to - range.from), plain.slice(range.from, range.to)));
    at = range.to;
  }
  if (at < plain.length) inlines.push({ kind: 'text', runs: rest.take(plain.length - at) });
  return inlines;
}

/** Non-overlapping ranges in order; what is code is nothing else, and a link's inside holds no channel. */
function findRanges(plain: string, options: MarkupOptions): Range[] {
  const ranges: Range[] = [];
  const taken = new Uint8Array(plain.length);
  const add = (range: Range) => {
    if (range.to <= range.from || taken.subarray(range.from, range.to).includes(1)) return;
    taken.fill(1, range.from, range.to);
    ranges.push(range);
  };
  for (const match of plain.includes('`') ? plain.matchAll(codeSpan) : []) {
    const text = match[2]!;
    add({ from: match.index, to: match.index + match[0].length, make: () => ({ kind: 'code', text }) });
  }
  for (const link of findLinks(plain)) add({ ...link, make: runs => ({ kind: 'link', runs, href: link.href }) });
  for (const match of plain.includes('#') ? plain.matchAll(channel) : []) {
    if (noChannel.test(match[0].slice(1))) continue;
    add({
      from: match.index,
      to: match.index + match[0].length,
      make: (runs, name) => ({ kind: 'channel', runs, name }),
    });
  }
  if (options.mentions) {
    for (const match of plain.matchAll(options.mentions)) {
      add({ from: match.index, to: match.index + match[0].length, make: runs => ({ kind: 'mention', runs }) });
    }
  }
  return ranges.sort((a, b) => a.from - b.from);
}

/** Cuts runs from their beginning on, piece after piece. */
class RunCutter {
  private index = 0;
  private offset = 0;

  constructor(private readonly runs: readonly Run[]) {}

  /** The next `length` characters. */
  take(length: number): Run[] {
    const cut: Run[] = [];
    for (let missing = length; missing > 0; ) {
      const run = this.runs[this.index]!;
      const text = run.text.slice(this.offset, this.offset + missing);
      cut.push({ text, style: run.style });
      missing -= text.length;
      this.offset += text.length;
      if (this.offset < run.text.length) continue;
      this.index++;
      this.offset = 0;
    }
    return cut;
  }
}
