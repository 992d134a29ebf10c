import { t } from '../../i18n';
import { say } from '../../state/toasts';

/** Puts text on the clipboard, and says whether that went well: browsers refuse it to a page that came over plain http. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    say({ text: t('common.notCopied'), kind: 'error' });
    return;
  }
  say({ text: t('common.copied') });
}
