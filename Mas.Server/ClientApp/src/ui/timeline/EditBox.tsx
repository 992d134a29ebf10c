import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { WireMessage } from '../../protocol/messages';
import type { ChatWindow } from '../../state/chatWindow';
import { openDialog, view } from '../../state/view';
import { fitHeight } from '../composer/fitHeight';
import { useClient } from '../context';
import { focusComposer } from '../keys';

export function EditBox({ window, message }: { window: ChatWindow; message: WireMessage }) {
  const client = useClient();
  // The row may scroll out of what is drawn, and come back.
  const [text, setText] = useState(view.editing.peek()?.text ?? message.body);
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => fitHeight(field.current!));
  useLayoutEffect(() => {
    // The whole field: scrolling to the caret alone would leave the newest message.
    field.current!.focus({ preventScroll: true });
    field.current!.setSelectionRange(text.length, text.length);
    box.current!.scrollIntoView({ block: 'nearest' });
  }, []);
  const close = () => {
    view.editing.value = null;
    focusComposer(window.id);
  };
  const save = async () => {
    if (text.trim() === '') {
      close();
      openDialog({ name: 'deleteMessage', windowId: window.id, gid: message.gid });
    } else if (text === message.body || (await client.edit(window, message.gid, text))) close();
  };
  return (
    <div ref={box} class="edit">
      <textarea
        ref={field}
        rows={1}
        value={text}
        aria-label={t('msg.editing')}
        onInput={event => {
          setText(event.currentTarget.value);
          view.editing.peek()!.text = event.currentTarget.value;
        }}
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) void save();
          else if (event.key === 'Escape') close();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <div class="edit-foot">
        <span class="field-hint">{t('msg.editHint')}</span>
        <button type="button" class="button small" onClick={close}>
          {t('common.cancel')}
        </button>
        <button type="button" class="button small primary" onClick={() => void save()}>
          {t('common.save')}
        </button>
      </div>
    </div>
  );
}
