import { useId, useMemo, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { install } from '../../notify/install';
import { rank } from '../../palette/fuzzy';
import type { ChatClient } from '../../state/client';
import { masNetwork } from '../../state/store';
import { closeDialog, openDialog, openWindow, showFriends, showGrid, toggleMembers, view } from '../../state/view';
import { useClient } from '../context';
import { focusComposer } from '../keys';
import { dark } from '../look';
import { Avatar } from '../parts/Avatar';
import { Dialog } from '../parts/Dialog';
import { Icon, type IconName } from '../parts/Icon';
import { orderedWindows } from '../shell/order';

interface Entry {
  key: string;
  label: string;
  kind: string;
  icon: IconName;
  userId?: string;
  network?: string;
  run: () => void;
}

const most = 12;

export function Palette() {
  const client = useClient();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const entries = useMemo(() => allEntries(client), []);
  const results = rank(query.trim(), entries, entry => entry.label).slice(0, most);
  const id = useId();
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    closeDialog();
    entry.run();
  };
  const keyDown = (event: KeyboardEvent) => {
    const count = results.length;
    if (event.key === 'ArrowDown' && count > 0) setChosen((chosen + 1) % count);
    else if (event.key === 'ArrowUp' && count > 0) setChosen((chosen + count - 1) % count);
    else if (event.key === 'Enter') run(results[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={t('palette.title')} class="palette" headless>
      <div class="palette-input">
        <Icon name="search" />
        <input
          autoFocus
          value={query}
          placeholder={t('palette.placeholder')}
          aria-label={t('palette.title')}
          role="combobox"
          aria-expanded={results.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={results.length > 0 ? `${id}-${chosen}` : undefined}
          autocomplete="off"
          spellcheck={false}
          onInput={event => {
            setQuery(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={keyDown}
        />
      </div>
      {/* An empty listbox would be one without options, which screen readers stumble over. */}
      {results.length > 0 && (
        <div id={`${id}-list`} role="listbox" aria-label={t('palette.title')} class="palette-list">
          {results.map((entry, index) => (
            <div
              key={entry.key}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              class="palette-item"
              onPointerMove={() => setChosen(index)}
              onClick={() => run(entry)}
            >
              {entry.userId ? (
                <Avatar userId={entry.userId} network={entry.network ?? masNetwork} size="small" />
              ) : (
                <Icon name={entry.icon} size={16} />
              )}
              <span class="palette-label">{entry.label}</span>
              <span class="palette-kind">{entry.kind}</span>
            </div>
          ))}
        </div>
      )}
      <p class="palette-foot" role="status">
        {results.length === 0 ? t('common.none') : t('palette.hint')}
      </p>
    </Dialog>
  );
}

function allEntries(client: ChatClient): Entry[] {
  const { store } = client;
  const windows = orderedWindows(store).map(
    (window): Entry => ({
      key: `w${window.id}`,
      label:
        window.network === masNetwork
          ? store.title(window)
          : `${window.isServer ? t('side.server') : store.title(window)} · ${window.network}`,
      kind: t('palette.windows'),
      icon: window.isServer ? 'server' : 'hash',
      ...(window.isDirect ? { userId: window.peer!, network: window.network } : {}),
      run: () => {
        openWindow(window.id);
        focusComposer(window.id);
      },
    }),
  );
  // People with a conversation are listed as that.
  const met = new Set(
    store.windows
      .peek()
      .filter(window => window.isDirect && window.network === masNetwork)
      .map(window => window.peer),
  );
  const unreadFirst = windows.sort((a, b) => unread(client, b.key) - unread(client, a.key));
  const people = store
    .knownUsers()
    .filter(
      userId =>
        !store.isMe(userId) &&
        !met.has(userId) &&
        !userId.startsWith('i') &&
        store.user(userId).peek().nick[masNetwork] !== undefined,
    )
    .map(
      (userId): Entry => ({
        key: `u${userId}`,
        label: store.nick(userId, masNetwork),
        kind: t('palette.people'),
        icon: 'people',
        userId,
        run: () => void client.chatWith(userId),
      }),
    );
  const action = (label: string, icon: IconName, run: () => void): Entry => ({
    key: `a${label}`,
    label,
    kind: t('palette.actions'),
    icon,
    run,
  });
  const actions = [
    action(t('side.desktop'), 'grid', showGrid),
    action(t('side.friends'), 'people', showFriends),
    action(t('side.join'), 'plus', () => openDialog({ name: 'join' })),
    action(t('side.settings'), 'sliders', () => openDialog({ name: 'settings' })),
    action(t('side.help'), 'keyboard', () => openDialog({ name: 'keys' })),
    action(t('pane.members'), 'people', toggleMembers),
    action(
      dark.peek() ? t('palette.theme.light') : t('palette.theme.dark'),
      'eye',
      () => void client.set({ theme: dark.peek() ? 'light' : 'dark' }),
    ),
    ...(view.active.peek() === null
      ? []
      : [action(t('pane.details'), 'edit', () => openDialog({ name: 'details', windowId: view.active.peek()! }))]),
    ...(install.peek() === null ? [] : [action(t('app.install'), 'plus', install.peek()!)]),
    action(t('side.logout'), 'back', () => void client.logOut()),
  ];
  return [...unreadFirst, ...people, ...actions];
}

function unread(client: ChatClient, key: string): number {
  const { count, mentions } = client.store.window(Number(key.slice(1)))!.unread.peek();
  return mentions * 1000 + count;
}
