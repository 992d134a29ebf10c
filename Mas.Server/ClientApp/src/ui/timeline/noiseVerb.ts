import { t } from '../../i18n';

/** What somebody did who came or went, as it stands behind the name. */
export function noiseVerb(cat: string): string {
  return cat === 'join' ? t('msg.joined') : cat === 'quit' ? t('msg.quit') : t('msg.left');
}
