import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { WireMessage } from '../../protocol/messages';
import type { ChatWindow } from '../../state/chatWindow';
import type { ChatClient } from '../../state/client';
import { masNetwork } from '../../state/store';
import { openDialog, view } from '../../state/view';
import { stripFormatting } from '../../text/mirc';
import { Icon } from '../parts/Icon';
import { MenuList } from '../parts/Menu';
import { copy } from './copy';

export interface ActionsState {
  /** Whether the pointer or the focus was ever at the row. */
  near: boolean;
  menuOf: HTMLElement | null;
  /** What the row calls when the pointer or the focus comes; undefined when that makes no difference any more. */
  approach: (() => void) | undefined;
  openMenu: (button: HTMLElement | null) => void;
}

export function useActions(): ActionsState {
  const [{ near, menuOf }, set] = useState<Pick<ActionsState, 'near' | 'menuOf'>>(untouched);
  return {
    near,
    menuOf,
    approach: near ? undefined : () => set({ near: true, menuOf: null }),
    openMenu: button => set({ near: true, menuOf: button }),
  };
}

const untouched = { near: false, menuOf: null };

/**
 * What can be done with a message. Until somebody comes near there is nothing: it would be half of what a message costs to draw.
 * The keyboard comes to the message itself, and then to these.
 */
export function drawActions(
  client: ChatClient,
  window: ChatWindow,
  message: WireMessage,
  { near, menuOf, openMenu }: ActionsState,
) {
  if (!near) return null;
  const mine = client.store.isMe(message.userId) && window.network === masNetwork;
  const edit = () => (view.editing.value = { windowId: window.id, gid: message.gid });
  const label = t('msg.actions');
  return (
    <div class="message-actions">
      {mine && message.cat === 'msg' && (
        <button type="button" class="icon-button" aria-label={t('msg.edit')} title={t('msg.edit')} onClick={edit}>
          <Icon name="edit" size={16} />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={menuOf !== null}
        onClick={event => openMenu(menuOf ? null : event.currentTarget)}
      >
        <Icon name="more" size={16} />
      </button>
      {menuOf && (
        <MenuList
          anchor={menuOf}
          label={label}
          items={[
            { label: t('msg.copy'), run: () => void copy(stripFormatting(message.body)) },
            ...(mine && message.cat === 'msg' ? [{ label: t('msg.edit'), run: edit }] : []),
            ...(mine
              ? [
                  {
                    label: t('msg.delete'),
                    danger: true,
                    run: () => openDialog({ name: 'deleteMessage', windowId: window.id, gid: message.gid }),
                  },
                ]
              : []),
          ]}
          close={refocus => {
            openMenu(null);
            if (refocus) menuOf.focus();
          }}
        />
      )}
    </div>
  );
}
