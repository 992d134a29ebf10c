import { t } from '../../i18n';
import { say } from '../../state/toasts';

/** Copies text. False where the browser refuses it: on pages served over plain http. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    say({ text: t('common.notCopied'), kind: 'error' });
    return;
  }
  say({ text: t('common.copied') });
}
