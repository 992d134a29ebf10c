import { t } from '../i18n';
import { ago } from '../i18n/time';
import type { Ack } from '../protocol/messages';

/** What the server says of a MAS user, as a sentence. An IRC network's answer comes in its server window instead. */
export function whoisText(ack: Ack): string {
  const state = ack.online ? t('friends.online') : ack.last !== undefined && ack.last > 0 ? t('friends.lastSeen', { time: ago(ack.last) }) : t('friends.offline');
  return t('whois.found', { nick: ack.nick ?? '', name: ack.name ?? '', state });
}
