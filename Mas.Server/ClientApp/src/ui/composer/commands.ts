import { type TextKey, t } from '../../i18n';

/** The commands of the protocol, with what follows them; IRC passes on others as typed. */
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
  ['quote', '/quote raw', 'cmd.quote', true],
  ['help', '/help', 'cmd.help'],
];

export function commandsFor(irc: boolean): { name: string; usage: string; help: string }[] {
  return commands.filter(([, , , ircOnly]) => irc || !ircOnly).map(([name, usage, help]) => ({ name, usage, help: t(help) }));
}
