import { afterEach, describe, expect, it, vi } from 'vitest';
import { showLanguage } from '../src/i18n';
import { commandsFor, helpAskedBy } from '../src/ui/composer/commands';

const named = (text: string, irc = false) => helpAskedBy(text, irc)?.map(command => command.name);

describe('helpAskedBy', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('answers with all commands of the network', () => {
    expect(named('/help')).toEqual(commandsFor(false).map(command => command.name));
    expect(named('/help')).not.toContain('quote');
    expect(named('/HELP', true)).toContain('quote');
  });

  it('answers with the one that is named, with or without its slash', () => {
    expect(named('/help kick')).toEqual(['kick']);
    expect(named('/help /Kick him')).toEqual(['kick']);
  });

  it('answers with all when there is no such command here', () => {
    expect(named('/help nosuch')).toEqual(named('/help'));
    expect(named('/help quote')).toEqual(named('/help'));
  });

  it('leaves everything else alone', () => {
    for (const text of ['help', '//help', '/helpme', 'see /help', '/me /help'])
      expect(named(text), text).toBeUndefined();
  });

  it("speaks the reader's language", async () => {
    vi.stubGlobal('document', { documentElement: {} });
    await showLanguage('de');
    expect(helpAskedBy('/help topic', false)).toEqual([
      { name: 'topic', usage: '/topic text', help: 'Das Thema setzen' },
    ]);
    await showLanguage('en');
  });
});
