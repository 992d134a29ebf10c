import { t } from '../i18n';
import { ago } from '../i18n/time';
import type { Ack } from '../protocol/messages';

/** WHOIS of a MAS user as a sentence. An IRC network answers in its server window. */
export function whoisText({ nick = '', name = '', online, last }: Ack): string {
  if (online) return t('whois.online', { nick, name });
  return last !== undefined && last > 0
    ? t('whois.lastSeen', { nick, name, time: ago(last) })
    : t('whois.offline', { nick, name });
}
