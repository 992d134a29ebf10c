import { describe, expect, it } from 'vitest';
import { paletteColour, parseFormatting, stripFormatting } from '../src/text/mirc';

describe('parseFormatting', () => {
  it('leaves plain text alone', () => {
    expect(parseFormatting('hello <b>world</b>')).toEqual([{ text: 'hello <b>world</b>', style: {} }]);
    expect(parseFormatting('')).toEqual([]);
  });

  it('toggles bold, italic, underline, strike and monospace', () => {
    expect(parseFormatting('a\x02b\x1dc\x02d\x0fe')).toEqual([
      { text: 'a', style: {} },
      { text: 'b', style: { bold: true } },
      { text: 'c', style: { bold: true, italic: true } },
      { text: 'd', style: { italic: true } },
      { text: 'e', style: {} },
    ]);
    expect(parseFormatting('\x1fu\x1es\x11m')[2]!.style).toEqual({ underline: true, strike: true, mono: true });
  });

  it('reads one or two digits of a colour, and a background', () => {
    expect(parseFormatting('\x0304red')).toEqual([{ text: 'red', style: { fg: 4 } }]);
    expect(parseFormatting('\x034,12x')).toEqual([{ text: 'x', style: { fg: 4, bg: 12 } }]);
    expect(parseFormatting('\x03123')).toEqual([{ text: '3', style: { fg: 12 } }]);
    expect(parseFormatting('\x035,no')).toEqual([{ text: ',no', style: { fg: 5 } }]);
  });

  it('ends colours at a bare code and takes 99 for the default', () => {
    expect(parseFormatting('\x034,5a\x03b')[1]).toEqual({ text: 'b', style: {} });
    expect(parseFormatting('\x034a\x0399b')[1]).toEqual({ text: 'b', style: {} });
  });

  it('keeps the background when only the foreground changes', () => {
    expect(parseFormatting('\x034,5a\x037b')[1]).toEqual({ text: 'b', style: { fg: 7, bg: 5 } });
  });

  it('reads hex colours', () => {
    expect(parseFormatting('\x04FF8800,001122x')).toEqual([{ text: 'x', style: { fg: '#ff8800', bg: '#001122' } }]);
  });

  it('reverses, and reverses back', () => {
    expect(parseFormatting('\x16a')).toEqual([{ text: 'a', style: { fg: 'reverse', bg: 'reverse' } }]);
    expect(parseFormatting('\x034,5\x16a')).toEqual([{ text: 'a', style: { fg: 5, bg: 4 } }]);
  });

  it('drops other control characters but keeps tab and line feed', () => {
    expect(stripFormatting('a\x00b\x01c\td\ne\x7f')).toBe('abc\td\ne');
  });

  it('has a palette of 99 colours', () => {
    expect(paletteColour(4)).toBe('#ff0000');
    expect(paletteColour(98)).toBe('#ffffff');
    expect(paletteColour(99)).toBeUndefined();
  });
});
