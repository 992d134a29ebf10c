import { t } from '../../i18n';

export function noiseVerb(cat: string): string {
  return cat === 'join' ? t('msg.joined') : cat === 'quit' ? t('msg.quit') : t('msg.left');
}
