import { effect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { spoken } from '../../notify/notifier';
import { dismiss, toasts } from '../../state/toasts';
import { Icon } from './Icon';

/** Short messages in the corner. */
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
          <button type="button" class="icon-button" aria-label={toast.action ? t('app.later') : t('common.dismiss')} onClick={() => dismiss(toast.id)}>
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}

/** Where screen readers hear of new messages. */
export function Speaker() {
  const line = useRef<HTMLDivElement>(null);
  // A new text and not a changed one: the browser shapes what a changed text keeps and what it doesn't, at once and once more in the layout.
  useLayoutEffect(
    () =>
      effect(() => {
        line.current!.textContent = spoken.value;
      }),
    [],
  );
  return <div ref={line} class="hidden speaker" role="log" aria-live="polite" />;
}
