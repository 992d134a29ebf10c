import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { closeDialog, view } from '../../state/view';
import { focusComposer } from '../keys';
import { Icon } from './Icon';

/** A modal dialog. The browser traps the focus, closes it on Escape and restores the focus. */
export function Dialog({
  title,
  children,
  class: className = '',
  headless = false,
}: {
  title: string;
  children: ComponentChildren;
  class?: string;
  headless?: boolean;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const dialog = element.current!;
    const before = document.activeElement as HTMLElement | null;
    dialog.showModal();
    dialog.querySelector<HTMLElement>('[autofocus], input, textarea, select')?.focus();
    return () => {
      dialog.close();
      if (before?.isConnected) before.focus();
      // Another window may have replaced its own, as after creating a group.
      else if (view.active.peek() !== null && matchMedia('(hover: hover)').matches) focusComposer(view.active.peek()!);
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${className}`}
      aria-labelledby={id}
      onCancel={event => {
        event.preventDefault();
        closeDialog();
      }}
      onPointerDown={event => {
        if (event.target === element.current) closeDialog();
      }}
    >
      <div class="dialog-body">
        <div class={headless ? 'hidden' : 'dialog-head'}>
          <h2 id={id}>{title}</h2>
          {!headless && (
            <button type="button" class="icon-button" aria-label={t('common.close')} onClick={closeDialog}>
              <Icon name="close" />
            </button>
          )}
        </div>
        {children}
      </div>
    </dialog>
  );
}
