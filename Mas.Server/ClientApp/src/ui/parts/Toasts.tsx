import { t } from '../../i18n';
import { spoken } from '../../notify/notifier';
import { dismiss, toasts } from '../../state/toasts';
import { Icon } from './Icon';

export function Toasts() {
  return (
    <div class="toasts" role="region" aria-label={t('notify.label')} aria-live="polite">
      {toasts.value.map(toast => (
        <div key={toast.id} class={`toast ${toast.kind ?? ''}`}>
          <span class="toast-text">{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              class="button small primary"
              onClick={() => {
                dismiss(toast.id);
                toast.action!.run();
              }}
            >
              {toast.action.label}
            </button>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={toast.action ? t('app.later') : t('common.dismiss')}
            onClick={() => dismiss(toast.id)}
          >
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}

/** The live region for new messages. */
export function Speaker() {
  return (
    <div class="hidden speaker" role="log" aria-live="polite">
      {spoken.value}
    </div>
  );
}
