import { describe, expect, it } from 'vitest';
import { applyCompletion, type CompletionSources, complete, typedEmoji } from '../src/composer/completion';
import { emoji } from '../src/composer/emoji';
import { InputHistory } from '../src/composer/inputHistory';
import { rank, score } from '../src/palette/fuzzy';

const sources: CompletionSources = {
  nicks: () => ['carol', 'alice', 'Albert'],
  channels: () => ['#lobby', '#linux'],
  commands: () => [
    { name: 'me', usage: '/me text', help: '' },
    { name: 'msg', usage: '/msg nick text', help: '' },
    { name: 'topic', usage: '/topic text', help: '' },
  ],
  emoji: () => emoji,
};
const labels = (text: string, asked = false) =>
  complete(text, text.length, sources, asked)?.items.map(item => item.label) ?? null;

describe('complete', () => {
  it('offers nicks after @', () => {
    expect(labels('hi @al')).toEqual(['alice', 'Albert']);
    expect(labels('@')).toEqual(['carol', 'alice', 'Albert']);
  });

  it('offers a bare nick only when asked', () => {
    expect(labels('al')).toBeNull();
    expect(labels('al', true)).toEqual(['alice', 'Albert']);
    expect(labels('', true)).toBeNull();
  });

  it('offers commands only at the start', () => {
    expect(labels('/m')).toEqual(['/me text', '/msg nick text']);
    expect(labels('x /m')).toBeNull();
    expect(labels('//m')).toBeNull();
  });

  it('offers channels and emoji', () => {
    expect(labels('see #li')).toEqual(['#linux']);
    expect(labels(':tad')?.[0]).toBe('🎉 :tada:');
    expect(labels(':t')).toBeNull();
    expect(labels('12:30')).toBeNull();
  });

  it('puts the choice in the place of what was typed', () => {
    const text = 'hi @al and more';
    const completion = complete(text, 6, sources)!;
    expect(applyCompletion(text, completion, completion.items[0]!)).toEqual({ text: 'hi @alice and more', caret: 10 });
  });

  it('addresses a nick at the start of a line', () => {
    const completion = complete('car', 3, sources, true)!;
    expect(completion.items[0]!.insert).toBe('carol: ');
  });
});

describe('typedEmoji', () => {
  const typed = (text: string, caret = text.length) => {
    const emoji = typedEmoji(text, caret, sources);
    return emoji ? text.slice(0, emoji.from) + emoji.insert + text.slice(emoji.to) : null;
  };

  it('takes the place of a name that is typed out', () => {
    expect(typed('hi :smile:')).toBe('hi 😄');
    expect(typed(':+1:')).toBe('👍');
    expect(typed('(:WAVE:')).toBe('(👋');
    expect(typed('a :tada: b', 8)).toBe('a 🎉 b');
    expect(typed('/me is :tired:')).toBe('/me is 😫');
  });

  it('leaves times, unknown names, addresses, commands and code alone', () => {
    const literal = [
      'at 10:30:',
      ':nosuchname:',
      'std::x:',
      '`:smile:',
      'a:smile:',
      'ä:smile:',
      '::',
      'https://x.org/:100:',
      '/topic :tea:',
    ];
    for (const text of literal) expect(typed(text), text).toBeNull();
    expect(typed('`code` :smile:')).toBe('`code` 😄');
  });
});

describe('emoji', () => {
  it('has a single grapheme for each of its distinct names', () => {
    expect(new Set(emoji.map(([name]) => name)).size).toBe(emoji.length);
    const segmenter = new Intl.Segmenter();
    for (const [name, character] of emoji) expect([...segmenter.segment(character)].length, name).toBe(1);
  });
});

describe('InputHistory', () => {
  it('walks back and forth and brings the unfinished text back', () => {
    const history = new InputHistory();
    history.add('one');
    history.add('two');
    expect(history.older('draft')).toBe('two');
    expect(history.older('two')).toBe('one');
    expect(history.older('one')).toBeNull();
    expect(history.newer()).toBe('two');
    expect(history.newer()).toBe('draft');
    expect(history.newer()).toBeNull();
  });

  it('keeps no double and not more than its limit', () => {
    const history = new InputHistory(2);
    for (const text of ['a', 'a', 'b', 'c']) history.add(text);
    expect([history.older(''), history.older(''), history.older('')]).toEqual(['c', 'b', null]);
  });
});

describe('fuzzy', () => {
  it('prefers the whole, the beginning, the start of a word, the middle', () => {
    const names = ['a lobby', 'lobby', 'lobby two', 'xlobby', 'l-o-b'];
    expect(rank('lobby', names, name => name)).toEqual(['lobby', 'lobby two', 'a lobby', 'xlobby']);
  });

  it('finds letters in order and nothing else', () => {
    expect(score('lb', 'lobby')).toBeGreaterThan(0);
    expect(score('bl', 'lobby')).toBe(0);
  });
});
