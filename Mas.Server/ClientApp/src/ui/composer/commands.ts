import { type TextKey, t } from '../../i18n';

/** The protocol's commands and their arguments. On IRC, others are passed on as typed. */
const commands: readonly (readonly [name: string, usage: string, help: TextKey, ircOnly?: boolean])[] = [
  ['me', '/me text', 'cmd.me'],
  ['msg', '/msg nick text', 'cmd.msg'],
  ['query', '/query nick', 'cmd.query'],
  ['join', '/join name [key]', 'cmd.join'],
  ['part', '/part', 'cmd.part'],
  ['topic', '/topic text', 'cmd.topic'],
  ['nick', '/nick new', 'cmd.nick'],
  ['kick', '/kick nick [reason]', 'cmd.kick'],
  ['op', '/op nick', 'cmd.op'],
  ['deop', '/deop nick', 'cmd.deop'],
  ['voice', '/voice nick', 'cmd.voice'],
  ['devoice', '/devoice nick', 'cmd.devoice'],
  ['invite', '/invite nick', 'cmd.invite'],
  ['whois', '/whois nick', 'cmd.whois'],
  ['away', '/away [text]', 'cmd.away'],
  ['notice', '/notice nick text', 'cmd.notice', true],
  ['quote', '/quote raw', 'cmd.quote', true],
  ['help', '/help [command]', 'cmd.help'],
];

export interface Command {
  name: string;
  usage: string;
  help: string;
}

/** All commands of an IRC window, or of a MAS window. */
export function commandsFor(irc: boolean): Command[] {
  return commands
    .filter(([, , , ircOnly]) => irc || !ircOnly)
    .map(([name, usage, help]) => ({ name, usage, help: t(help) }));
}

/** The commands that `/help` lists: all, or the one it names. Null when the text is no `/help`. */
export function helpAskedBy(text: string, irc: boolean): Command[] | null {
  const asked = /^\/help(?:\s+\/?(\S*).*)?$/is.exec(text);
  if (!asked) return null;
  const all = commandsFor(irc);
  const named = all.filter(command => command.name === asked[1]?.toLowerCase());
  return named.length > 0 ? named : all;
}
