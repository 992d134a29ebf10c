import { rank } from '../palette/fuzzy';
import { isCommand } from '../state/spoken';

export type CompletionKind = 'nick' | 'channel' | 'command' | 'emoji';

export interface Candidate {
  insert: string;
  label: string;
  detail?: string;
}

export interface Completion {
  kind: CompletionKind;
  /** The part of the text that a choice replaces. */
  from: number;
  to: number;
  items: Candidate[];
}

export interface CompletionSources {
  /** Most likely first. */
  nicks(): readonly string[];
  channels(): readonly string[];
  commands(): readonly { name: string; usage: string; help: string }[];
  emoji(): readonly (readonly [name: string, character: string])[];
}

const most = 8;

/**
 * What could stand at the caret: commands at the start of the text, nicks after `@`, channels after `#`,
 * emoji after `:` and two letters. With `asked` (the Tab key) also a bare word is completed to a nick.
 */
export function complete(text: string, caret: number, sources: CompletionSources, asked = false): Completion | null {
  const before = text.slice(0, caret);
  const word = /[^\s]*$/u.exec(before)![0];
  const from = caret - word.length;
  const completion = byTrigger(word, from, caret, sources, asked);
  return completion && completion.items.length > 0 ? completion : null;
}

/** The text and the caret after a choice. */
export function applyCompletion(
  text: string,
  completion: Completion,
  item: Candidate,
): { text: string; caret: number } {
  const head = text.slice(0, completion.from) + item.insert;
  const tail = text.slice(completion.to);
  return { text: head + tail.replace(/^ /, ''), caret: head.length };
}

/** The name that is typed out before the caret, as in `:smile:`, and its emoji; null when there is none, or it is meant as it stands. */
export function typedEmoji(
  text: string,
  caret: number,
  sources: CompletionSources,
): { from: number; to: number; insert: string } | null {
  const before = text.slice(0, caret);
  const name = /(?<![\p{L}\p{N}_:/]):([a-z0-9_+-]+):$/iu.exec(before)?.[1];
  const isCode = before.split('`').length % 2 === 0;
  if (name === undefined || isCommand(text) || isCode) return null;
  const insert = sources.emoji().find(([other]) => other === name.toLowerCase())?.[1];
  return insert === undefined ? null : { from: caret - name.length - 2, to: caret, insert };
}

function byTrigger(
  word: string,
  from: number,
  to: number,
  sources: CompletionSources,
  asked: boolean,
): Completion | null {
  const first = word[0];
  const rest = word.slice(1);
  if (first === '/' && from === 0 && !rest.startsWith('/')) {
    const items = rank(rest, sources.commands(), command => command.name).map(command => ({
      insert: `/${command.name} `,
      label: command.usage,
      detail: command.help,
    }));
    return { kind: 'command', from, to, items: items.slice(0, most) };
  }
  if (first === '@') return { kind: 'nick', from, to, items: nicks(rest, sources, nick => `@${nick} `) };
  if (first === '#') {
    const items = rank(rest, sources.channels(), name => name.replace(/^#+/, ''));
    return {
      kind: 'channel',
      from,
      to,
      items: items.slice(0, most).map(name => ({ insert: `${name} `, label: name })),
    };
  }
  if (first === ':' && /^[a-z0-9_+-]{2,}$/i.test(rest)) {
    const items = rank(rest.toLowerCase(), sources.emoji(), ([name]) => name);
    return {
      kind: 'emoji',
      from,
      to,
      items: items
        .slice(0, most)
        .map(([name, character]) => ({ insert: `${character} `, label: `${character} :${name}:` })),
    };
  }
  if (!asked || word === '') return null;
  return { kind: 'nick', from, to, items: nicks(word, sources, nick => (from === 0 ? `${nick}: ` : `${nick} `), true) };
}

function nicks(
  typed: string,
  sources: CompletionSources,
  insert: (nick: string) => string,
  prefixOnly = false,
): Candidate[] {
  const wanted = typed.toLowerCase();
  const held = sources.nicks().filter(nick => nick.toLowerCase().includes(wanted));
  // Scattered letters do not match nicks: who types @ knows the name.
  const fitting = prefixOnly
    ? held.filter(nick => nick.toLowerCase().startsWith(wanted))
    : rank(typed, held, nick => nick);
  return fitting.slice(0, most).map(nick => ({ insert: insert(nick), label: nick }));
}
