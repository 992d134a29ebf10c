import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { format, pickLanguage, showLanguage, statusText } from '../src/i18n';
import { de } from '../src/i18n/de';
import { en, type Phrase } from '../src/i18n/en';
import { clock, shortClock } from '../src/i18n/time';
import { reactTo } from '../src/notify/reaction';
import { SeenReporter } from '../src/state/seenReporter';
import { hueOf, initials } from '../src/text/names';

const places = (phrase: Phrase) =>
  [...(typeof phrase === 'string' ? phrase : phrase.one + phrase.other).matchAll(/\{\w+\}/g)].map(match => match[0]);

describe('languages', () => {
  it('use the same parameters in every text', () => {
    for (const key of Object.keys(en) as (keyof typeof en)[])
      expect(new Set(places(de[key])), key).toEqual(new Set(places(en[key])));
  });

  it('have the same texts', () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  });

  it('have no text that is shown nowhere', () => {
    const folder = join(import.meta.dirname, '../src');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(name => /\.tsx?$/.test(name) && !/i18n[\\/](en|de)\.ts$/.test(name))
      .map(name => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    // The statuses, and what a form is refused for, come from the server; a tab of the settings names its text.
    const put = (key: string) => /^(status|auth\.(taken|invalid|error))\./.test(key);
    const shown = (key: string) =>
      put(key) || sources.includes(`'${key}'`) || ['set.appearance', 'set.notifications', 'set.account'].includes(key);
    expect(Object.keys(en).filter(key => !shown(key))).toEqual([]);
  });

  it('choose by setting, then browser, then English', () => {
    expect(pickLanguage('de', ['en'])).toBe('de');
    expect(pickLanguage('auto', ['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(pickLanguage('auto', ['fr'])).toBe('en');
  });

  it('keep what only the server can say of a failure', async () => {
    vi.stubGlobal('document', { documentElement: {} });
    await showLanguage('de');
    expect(statusText('NOT_FOUND', 'There is no such group.')).toBe(de['status.NOT_FOUND']);
    expect(statusText('ERROR', 'No key is set.')).toBe('Das hat nicht geklappt. (No key is set.)');
    await showLanguage('en');
    expect(statusText('ERROR', 'No key is set.')).toBe('No key is set.');
    vi.unstubAllGlobals();
  });

  it('put parameters in as text, and plurals by number', () => {
    expect(format('Hi {name} {other}', { name: '{other} $&' }, 'en')).toBe('Hi {other} $& {other}');
    expect(format({ one: '{count} day', other: '{count} days' }, { count: 1 }, 'en')).toBe('1 day');
    expect(format({ one: '{count} day', other: '{count} days' }, { count: 1000 }, 'en')).toBe('1,000 days');
  });
});

describe('times of day', () => {
  const noon = new Date(2026, 0, 2, 13, 5).getTime() / 1000;

  it('follow the format that is set', () => {
    expect(clock(noon, '24')).toBe('13:05');
    expect(clock(noon, '12').replace(/\s/, ' ')).toBe('1:05 PM');
  });

  it('are at most five characters in the narrow column', () => {
    expect([shortClock(noon, '24'), shortClock(noon, '12'), shortClock(noon, 'auto')]).toEqual([
      '13:05',
      '1:05',
      '1:05',
    ]);
  });
});

describe('names', () => {
  it('shorten to initials', () => {
    expect(['alice', 'Ada Lovelace', 'x_y', '🎉', ''].map(initials)).toEqual(['A', 'AL', 'XY', '?', '?']);
  });

  it('have one of twelve colours, well spread', () => {
    const hues = new Set(Array.from({ length: 200 }, (_, id) => hueOf(String(id))));
    expect(hues).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
  });
});

describe('reactTo', () => {
  const occasion = {
    own: false,
    cat: 'msg' as const,
    direct: false,
    mentioned: true,
    sounds: true,
    titleAlert: true,
    watched: false,
    desktopAllowed: true,
    soundAllowed: true,
  };

  it('tells of mentions and one-on-ones that nobody looks at', () => {
    expect(reactTo(occasion)).toEqual({ sound: true, desktop: true, speak: false });
    expect(reactTo({ ...occasion, mentioned: false, direct: true }).desktop).toBe(true);
    expect(reactTo({ ...occasion, mentioned: false })).toEqual({ sound: false, desktop: false, speak: false });
  });

  it('keeps quiet about own messages, joins, watched and muted windows', () => {
    expect(reactTo({ ...occasion, own: true })).toEqual({ sound: false, desktop: false, speak: false });
    expect(reactTo({ ...occasion, cat: 'join' }).sound).toBe(false);
    expect(reactTo({ ...occasion, watched: true })).toEqual({ sound: false, desktop: false, speak: true });
    expect(reactTo({ ...occasion, sounds: false, titleAlert: false })).toEqual({
      sound: false,
      desktop: false,
      speak: false,
    });
  });
});

describe('SeenReporter', () => {
  it('tells the newest of each window, few at a time, and again what was lost', async () => {
    const told: string[] = [];
    let online = false;
    const reporter = new SeenReporter(
      (windowId, gid) => {
        told.push(`${windowId}:${gid}`);
        return Promise.resolve(online);
      },
      1,
      2,
    );
    reporter.report(1, 5);
    reporter.report(1, 7);
    reporter.report(1, 6);
    reporter.report(2, 9);
    await expect.poll(() => told).toEqual(['1:7', '2:9']);
    online = true;
    reporter.connected();
    await expect.poll(() => told).toEqual(['1:7', '2:9', '1:7', '2:9']);
  });
});
