/** How a run of text looks. Colours are 0–98 of the mIRC palette, or `#rrggbb`. */
export interface TextStyle {
  bold?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  mono?: boolean;
  fg?: number | string;
  bg?: number | string;
}

export interface Run {
  text: string;
  style: TextStyle;
}

const colour = /^(\d{1,2})(?:,(\d{1,2}))?/;
const hexColour = /^([0-9a-fA-F]{6})(?:,([0-9a-fA-F]{6}))?/;
/** Most messages hold no formatting code. */
const anyCode = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/**
 * Splits a text at mIRC's formatting codes (bold 0x02, colour 0x03, hex colour 0x04, reset 0x0F,
 * monospace 0x11, reverse 0x16, italic 0x1D, strike 0x1E, underline 0x1F); other control characters
 * than tab and line feed are dropped. See https://modern.ircdocs.horse/formatting.html.
 */
export function parseFormatting(text: string): Run[] {
  if (!anyCode.test(text)) return text === '' ? [] : [{ text, style: {} }];
  const runs: Run[] = [];
  let style: TextStyle = {};
  let plain = '';
  const change = (next: TextStyle) => {
    if (plain !== '') runs.push({ text: plain, style });
    plain = '';
    style = next;
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    switch (character) {
      case '\x02':
        change(toggled(style, 'bold'));
        break;
      case '\x1d':
        change(toggled(style, 'italic'));
        break;
      case '\x1f':
        change(toggled(style, 'underline'));
        break;
      case '\x1e':
        change(toggled(style, 'strike'));
        break;
      case '\x11':
        change(toggled(style, 'mono'));
        break;
      case '\x0f':
        change({});
        break;
      case '\x16':
        change(reversed(style));
        break;
      case '\x03': {
        const match = colour.exec(text.slice(i + 1, i + 6));
        change(coloured(style, match && Number(match[1]), match?.[2] === undefined ? undefined : Number(match[2])));
        i += match?.[0].length ?? 0;
        break;
      }
      case '\x04': {
        const match = hexColour.exec(text.slice(i + 1, i + 14));
        change(
          coloured(
            style,
            match && `#${match[1]!.toLowerCase()}`,
            match?.[2] === undefined ? undefined : `#${match[2].toLowerCase()}`,
          ),
        );
        i += match?.[0].length ?? 0;
        break;
      }
      default:
        if (!anyCode.test(character)) plain += character;
    }
  }
  change({});
  return runs;
}

export function stripFormatting(text: string): string {
  return parseFormatting(text)
    .map(run => run.text)
    .join('');
}

function toggled(style: TextStyle, key: 'bold' | 'italic' | 'underline' | 'strike' | 'mono'): TextStyle {
  const next = { ...style };
  if (next[key]) delete next[key];
  else next[key] = true;
  return next;
}

/** A colour code without numbers resets both colours; 99 is the default colour, which is none here. */
function coloured(style: TextStyle, fg: number | string | null, bg: number | string | undefined): TextStyle {
  const next = { ...style };
  if (fg === null || fg === 99) delete next.fg;
  else next.fg = fg;
  if (fg === null || bg === 99) delete next.bg;
  else if (bg !== undefined) next.bg = bg;
  return next;
}

function reversed(style: TextStyle): TextStyle {
  const { fg, bg, ...rest } = style;
  return { ...rest, fg: bg ?? 'reverse', bg: fg === 'reverse' ? 'plain' : (fg ?? 'reverse') };
}

/** The palette's colours as `#rrggbb`; undefined for a number outside of it. */
export function paletteColour(index: number): string | undefined {
  return palette[index];
}

const palette = buildPalette();

/** 0–15 are mIRC's own; 16–98 six rows of twelve and one of greys. */
function buildPalette(): string[] {
  const basic = [
    'ffffff',
    '000000',
    '00007f',
    '009300',
    'ff0000',
    '7f0000',
    '9c009c',
    'fc7f00',
    'ffff00',
    '00fc00',
    '009393',
    '00ffff',
    '0000fc',
    'ff00ff',
    '7f7f7f',
    'd2d2d2',
  ];
  const rows = [
    '470000 472100 474700 324700 004700 00472c 004747 002747 000047 2e0047 470047 47002a',
    '740000 743a00 747400 517400 007400 007449 007474 004074 000074 4b0074 740074 740045',
    'b50000 b56300 b5b500 7db500 00b500 00b571 00b5b5 0063b5 0000b5 7500b5 b500b5 b5006b',
    'ff0000 ff8c00 ffff00 b2ff00 00ff00 00ffa0 00ffff 008cff 0000ff a500ff ff00ff ff0098',
    'ff5959 ffb459 ffff71 cfff60 6fff6f 65ffc9 6dffff 59b4ff 5959ff c459ff ff66ff ff59bc',
    'ff9c9c ffd39c ffff9c e2ff9c 9cff9c 9cffdb 9cffff 9cd3ff 9c9cff dc9cff ff9cff ff94d3',
    '000000 131313 282828 363636 4d4d4d 656565 818181 9f9f9f bcbcbc e2e2e2 ffffff',
  ];
  return [...basic, ...rows.flatMap(row => row.split(' '))].map(hex => `#${hex}`);
}
