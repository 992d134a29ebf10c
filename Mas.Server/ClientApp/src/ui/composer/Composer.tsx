import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  applyCompletion,
  type Candidate,
  type Completion,
  type CompletionSources,
  complete,
  typedEmoji,
} from '../../composer/completion';
import { InputHistory } from '../../composer/inputHistory';
import { statusText, t } from '../../i18n';
import type { ChatWindow } from '../../state/chatWindow';
import { type ChatClient, maxText } from '../../state/client';
import type { NewGroup } from '../../state/missingGroup';
import { isCommand } from '../../state/spoken';
import { masNetwork } from '../../state/store';
import { openDialog, view } from '../../state/view';
import { useClient } from '../context';
import { Icon } from '../parts/Icon';
import { CompletionList } from './CompletionList';
import { commandsFor, helpAskedBy } from './commands';
import { draftOf, setDraft } from './drafts';
import { fitHeight } from './fitHeight';
import { WaitingCommands } from './WaitingCommands';

const histories = new Map<number, InputHistory>();

export function Composer({ window, autofocus }: { window: ChatWindow; autofocus: boolean }) {
  const client = useClient();
  const owner = client.store.me.value;
  const text = draftOf(owner, window.id).value;
  const field = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | null>(null);
  const [completion, setCompletion] = useState<Completion | null>(null);
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const title = client.store.title(window);
  const sources = useMemo(() => sourcesFor(client, window), [client, window]);
  const history = historyOf(window.id);
  const tooLong = text.length - maxText;
  const complaint = window.complaint.value;

  useLayoutEffect(() => {
    fitHeight(field.current!);
    if (caret.current === null) return;
    field.current!.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [text]);
  useEffect(() => {
    if (autofocus && matchMedia('(hover: hover)').matches && !view.dialog.peek()) field.current!.focus();
  }, []);

  // A failed command comes back, unless something else has been typed.
  useEffect(() => {
    if (complaint !== null && text === '') write(complaint.command, complaint.command.length);
  }, [complaint]);

  const write = (next: string, at?: number) => {
    setDraft(owner, window.id, next);
    if (at !== undefined) caret.current = at;
  };
  const offer = (next: Completion | null) => {
    setCompletion(next);
    setChosen(0);
  };
  const choose = (item: Candidate) => {
    const result = applyCompletion(text, completion!, item);
    write(result.text, result.caret);
    offer(null);
    field.current!.focus();
  };
  const send = () => {
    // As it is now: on a busy machine Enter may come before the typed text has been drawn.
    const typed = draftOf(owner, window.id).peek();
    if (typed.trim() === '' || typed.length > maxText) return;
    history.add(typed);
    const line = typed.replace(/\s+$/, '');
    const irc = window.network !== masNetwork;
    // The page answers /help itself: in the user's language, and offline.
    if (helpAskedBy(line, irc)) openDialog({ name: 'commands', text: line, irc });
    else client.sendText(window, line);
    write('');
    offer(null);
  };
  const create = async (command: string, group: NewGroup) => {
    const ack = await client.createGroup(group);
    window.complaint.value =
      ack.status === 'OK' ? null : { command, reason: statusText(ack.status, ack.errorMsg), missing: null };
    // The command has been answered. Text typed since then stays.
    if (ack.status === 'OK' && draftOf(owner, window.id).peek() === command) write('');
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const handled = completion ? inCompletion(event, completion) : plainKey(event);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  };

  function inCompletion(event: KeyboardEvent, open: Completion): boolean {
    const count = open.items.length;
    if (event.key === 'ArrowDown') setChosen((chosen + 1) % count);
    else if (event.key === 'ArrowUp') setChosen((chosen + count - 1) % count);
    else if (event.key === 'Escape') offer(null);
    else if (event.key === 'Tab' && !event.shiftKey) choose(open.items[chosen]!);
    else if (event.key === 'Enter' && !event.shiftKey) {
      const item = open.items[chosen]!;
      // A fully typed word is meant to be sent.
      if (text.slice(open.from, open.to) === item.insert.trim()) send();
      else choose(item);
    } else return false;
    return true;
  }

  function plainKey(event: KeyboardEvent): boolean {
    if (event.key === 'Enter' && !event.shiftKey) send();
    else if (event.key === 'Tab' && !event.shiftKey && !event.altKey && !event.ctrlKey) return completeNick();
    else if (event.key === 'ArrowUp' && event.ctrlKey) walk(history.older(text));
    else if (event.key === 'ArrowDown' && event.ctrlKey) walk(history.newer());
    else if (event.key === 'ArrowUp' && !event.altKey && !event.shiftKey && text === '')
      return editLast() || walk(history.older(text));
    else if (event.key === 'Escape' && window.complaint.peek() !== null) window.complaint.value = null;
    else return false;
    return true;
  }

  function completeNick(): boolean {
    const found = complete(text, field.current!.selectionStart, sources, true);
    if (!found) return false;
    if (found.items.length > 1) offer(found);
    else {
      const result = applyCompletion(text, found, found.items[0]!);
      write(result.text, result.caret);
    }
    return true;
  }

  function walk(entry: string | null): boolean {
    if (entry === null) return false;
    write(entry, entry.length);
    return true;
  }

  function editLast(): boolean {
    if (window.network !== masNetwork) return false;
    const last = window.log.messages.findLast(
      message => message.cat === 'msg' && message.status !== 'deleted' && client.store.isMe(message.userId),
    );
    if (!last) return false;
    view.editing.value = { windowId: window.id, gid: last.gid };
    return true;
  }

  return (
    <form
      class="composer"
      data-region
      onSubmit={event => {
        event.preventDefault();
        send();
      }}
    >
      <WaitingCommands window={window} />
      {complaint !== null && (
        <p class="complaint" role="alert">
          {complaint.reason}{' '}
          {complaint.missing && (
            <button type="button" class="link" onClick={() => void create(complaint.command, complaint.missing!)}>
              {t('join.create.named', { name: complaint.missing.name })}
            </button>
          )}
        </p>
      )}
      {completion && <CompletionList id={id} completion={completion} chosen={chosen} choose={choose} />}
      <div class="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={text}
          aria-label={t('compose.label', { name: title })}
          placeholder={
            window.isServer
              ? t('compose.placeholder.server', { name: title })
              : t('compose.placeholder', { name: title })
          }
          aria-autocomplete="list"
          aria-controls={completion ? `${id}-list` : undefined}
          aria-activedescendant={completion ? `${id}-${chosen}` : undefined}
          enterkeyhint="send"
          onInput={event => {
            const area = event.currentTarget;
            const { value, selectionStart } = area;
            const emoji = event.data === ':' && !event.isComposing ? typedEmoji(value, selectionStart, sources) : null;
            if (emoji) {
              // Inserted as typed text, so that undo works. This handler then runs again.
              area.setSelectionRange(emoji.from, emoji.to);
              if (document.execCommand('insertText', false, emoji.insert)) return;
              area.setSelectionRange(selectionStart, selectionStart);
            }
            write(value);
            window.complaint.value = null;
            if (value !== '' && !isCommand(value)) client.typing(window);
            offer(complete(value, selectionStart, sources));
          }}
          onKeyDown={keyDown}
          onBlur={() => offer(null)}
        />
        <button
          type="submit"
          class="icon-button send"
          aria-label={t('compose.send')}
          title={t('compose.send')}
          disabled={text.trim() === '' || tooLong > 0}
        >
          <Icon name="send" />
        </button>
      </div>
      {tooLong > 0 && (
        <p class="complaint" role="alert">
          {t('compose.tooLong', { count: tooLong })}
        </p>
      )}
    </form>
  );
}

function historyOf(windowId: number): InputHistory {
  let history = histories.get(windowId);
  if (!history) histories.set(windowId, (history = new InputHistory()));
  return history;
}

let emojiTable: readonly (readonly [string, string])[] = [];

function sourcesFor(client: ChatClient, window: ChatWindow): CompletionSources {
  if (emojiTable.length === 0) void import('../../composer/emoji').then(module => (emojiTable = module.emoji));
  const { store } = client;
  return {
    nicks: () =>
      recentFirst(window)
        .filter(userId => !store.isMe(userId))
        .map(userId => store.nick(userId, window.network)),
    channels: () =>
      store.windows
        .peek()
        .filter(other => other.type === 'group' && other.network === window.network)
        .map(other => (other.name.startsWith('#') ? other.name : `#${other.name}`)),
    commands: () => commandsFor(window.network !== masNetwork),
    emoji: () => emojiTable,
  };
}

/** People who wrote last come first. */
function recentFirst(window: ChatWindow): string[] {
  const order = new Set<string>();
  const { messages } = window.log;
  for (let i = messages.length - 1; i >= Math.max(0, messages.length - 200); i--) order.add(messages[i]!.userId);
  const members = [...window.members.peek().keys()];
  const present = new Set(window.peer === null ? members : [...members, window.peer]);
  return [...[...order].filter(userId => present.has(userId)), ...[...present].filter(userId => !order.has(userId))];
}
