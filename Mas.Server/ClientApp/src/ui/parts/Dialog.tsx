import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { closeDialog, view } from '../../state/view';
import { focusComposer } from '../keys';
import { Icon } from './Icon';

/** A modal dialog: the browser keeps the focus inside, closes it on Escape and gives the focus back. */
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
      // Its window has made way for another meanwhile, as when a group was made here.
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
