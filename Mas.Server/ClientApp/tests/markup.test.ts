import { describe, expect, it } from 'vitest';
import { isEmojiOnly } from '../src/text/emojiOnly';
import { findLinks, isImage } from '../src/text/links';
import { parseBody, parseInlines } from '../src/text/markup';
import { mentionPattern, mentions, parseKeywords } from '../src/text/mentions';
import { stripFormatting } from '../src/text/mirc';

const texts = (text: string) =>
  parseInlines(text).map(
    inline => `${inline.kind}:${inline.kind === 'code' ? inline.text : inline.runs.map(run => run.text).join('')}`,
  );

describe('findLinks', () => {
  const hrefs = (text: string) => findLinks(text).map(link => text.slice(link.from, link.to));

  it('leaves the punctuation of the sentence out', () => {
    expect(hrefs('See https://example.org/a, or (https://example.org/b).')).toEqual([
      'https://example.org/a',
      'https://example.org/b',
    ]);
  });

  it('keeps brackets that were opened in the address', () => {
    expect(hrefs('https://example.org/wiki/A_(b)')).toEqual(['https://example.org/wiki/A_(b)']);
  });

  it('completes www addresses', () => {
    expect(findLinks('www.example.org')[0]!.href).toBe('https://www.example.org/');
  });

  it('makes nothing of other schemes', () => {
    expect(findLinks('javascript:alert(1) data:text/html,x file:///etc/passwd vbscript:x')).toEqual([]);
    expect(findLinks('https:// http://')).toEqual([]);
  });

  it('ends at characters that turn the direction of text', () => {
    expect(hrefs('https://example.org/\u202egnp.exe')).toEqual(['https://example.org/']);
  });

  it('knows pictures by their path', () => {
    expect(isImage('https://example.org/a.PNG?x=1')).toBe(true);
    expect(isImage('https://example.org/?a.png')).toBe(false);
  });
});

describe('parseInlines', () => {
  it('finds code, links and channels, in that order of weight', () => {
    expect(texts('a `#no https://x.y` #yes https://example.org/#frag')).toEqual([
      'text:a ',
      'code:#no https://x.y',
      'text: ',
      'channel:#yes',
      'text: ',
      'link:https://example.org/#frag',
    ]);
  });

  it('keeps formatting inside a link', () => {
    const [link] = parseInlines('https://exa\x02mple.org');
    expect(link).toMatchObject({
      kind: 'link',
      href: 'https://example.org/',
      runs: [{ text: 'https://exa' }, { text: 'mple.org', style: { bold: true } }],
    });
  });

  it('takes neither issues nor colours for channels', () => {
    expect(texts('#42 and #1e90ff')).toEqual(['text:#42 and #1e90ff']);
    expect(texts('#42nd #decade')).toEqual(['channel:#42nd', 'text: ', 'channel:#decade']);
  });

  it('leaves a channel sign in the middle of a word alone', () => {
    expect(texts('a#b c&#39;')).toEqual(['text:a#b c&#39;']);
  });

  it('marks mentions', () => {
    const pattern = mentionPattern(['bob']);
    expect(parseInlines('hi @Bob, bobby', { mentions: pattern }).map(inline => inline.kind)).toEqual([
      'text',
      'mention',
      'text',
    ]);
  });
});

describe('parseBody', () => {
  it('takes code blocks out', () => {
    expect(parseBody('look:\n```ts\nlet a = 1;\n\nlet b;\n```\ndone')).toMatchObject([
      { kind: 'paragraph' },
      { kind: 'codeblock', language: 'ts', text: 'let a = 1;\n\nlet b;' },
      { kind: 'paragraph' },
    ]);
  });

  it('takes an unclosed fence for text', () => {
    expect(parseBody('```oops').map(block => block.kind)).toEqual(['paragraph']);
  });

  it('loses no character of a text', () => {
    const text = 'a <script>alert(1)</script> `x` ``y`` https://a.bc/d #e @f \u{1f468}\u200d\u{1f469} \u202e end';
    const joined = parseInlines(text)
      .map(inline => (inline.kind === 'code' ? inline.text : inline.runs.map(run => run.text).join('')))
      .join('');
    expect(joined).toBe(text.replace('`x`', 'x').replace('``y``', 'y'));
  });

  it('takes no more than a walk or two over hostile input', () => {
    // Fifty times the longest message: what walks once more for each character takes minutes on any machine, what doesn't a second.
    const size = 400_000;
    const filled = (piece: string) => piece.repeat(Math.ceil(size / piece.length));
    for (const text of [
      filled('`'),
      filled('` `` '),
      filled('#'),
      filled('#a '),
      filled('```'),
      filled('``` '),
      filled('http://'),
      filled('https://a.b '),
      filled('(') + filled(')'),
      `https://a.b/${filled(')')}`,
      `https://a.b/${filled('(')}${filled(')')}`,
      filled('\x02a#b \x1d'),
      filled('\x0304,05'),
      filled('@bob '),
    ]) {
      const held = parseBody(text, { mentions: mentionPattern(['bob']) })
        .map(block =>
          block.kind === 'codeblock'
            ? block.text
            : block.inlines
                .map(inline => (inline.kind === 'code' ? inline.text : inline.runs.map(run => run.text).join('')))
                .join(''),
        )
        .join('');
      // And what is no markup is all there: nothing but signs of markup was lost.
      expect(held.replace(/[\s`]/g, '')).toBe(stripFormatting(text).replace(/[\s`]/g, ''));
    }
  }, 60_000);
});

describe('mentions', () => {
  it('take every character of a nick as it is', () => {
    for (const nick of ['closed-24', 'c++', '[away]', 'a.b', '^_^', 'x|y', 'o/', 'ä-ö', '`{x}\\']) {
      const pattern = mentionPattern([nick]);
      expect(mentions(pattern, `hello ${nick}, you`), nick).toBe(true);
      expect(mentions(pattern, 'hello nobody'), nick).toBe(false);
    }
  });

  it('finds whole words without regard to case', () => {
    const pattern = mentionPattern(['alice', 'release plan']);
    expect(mentions(pattern, 'Alice: hi')).toBe(true);
    expect(mentions(pattern, 'malice')).toBe(false);
    expect(mentions(pattern, 'the RELEASE PLAN!')).toBe(true);
    expect(mentions(pattern, 'al\x02ice')).toBe(true);
  });

  it('takes the signs of expressions literally', () => {
    expect(mentions(mentionPattern(['c++', '[x]']), 'I like C++')).toBe(true);
    expect(mentions(mentionPattern(['a.c']), 'abc')).toBe(false);
  });

  it('has no pattern without words', () => {
    expect(mentionPattern(['', '  '])).toBeNull();
    expect(parseKeywords(' a, ,b ')).toEqual(['a', 'b']);
  });
});

describe('isEmojiOnly', () => {
  it('knows emoji from text', () => {
    expect(isEmojiOnly('🎉')).toBe(true);
    expect(isEmojiOnly('👩‍👩‍👧 🇩🇪')).toBe(true);
    expect(isEmojiOnly('ok 🎉')).toBe(false);
    expect(isEmojiOnly('42')).toBe(false);
    expect(isEmojiOnly('🎉🎉🎉🎉🎉🎉🎉')).toBe(false);
  });
});
