import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CatchUp } from '../src/notify/catchUp';
import type { AddWindow, WireMessage } from '../src/protocol/messages';
import { ChatWindow } from '../src/state/chatWindow';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });

const reader = {
  isMe: (userId: string) => userId === '1',
  mentionsMe: (_network: string, body: string) => body.includes('me'),
  mentionPattern: () => null,
};
const nobodyLooks = () => false;
let catchUp: CatchUp;

const windowOf = (windowId: number, extra: Partial<AddWindow> = {}) =>
  new ChatWindow(
    {
      type: 'ADD_WINDOW',
      windowId,
      windowType: 'group',
      network: 'MAS',
      name: `g${windowId}`,
      userId: null,
      topic: '',
      password: '',
      role: 'u',
      sounds: true,
      titleAlert: true,
      visible: true,
      row: 0,
      seen: 0,
      ...extra,
    },
    reader,
  );
/** Adds messages with these gids and notes that they came after a break. */
function missed(window: ChatWindow, gids: number[], body = 'for me', userId = '2'): void {
  const { newest } = window.log;
  window.addMessages(gids.map((gid): WireMessage => ({ gid, userId, ts: gid, cat: 'msg', body })));
  catchUp.note(window, newest);
}

beforeEach(() => {
  catchUp = new CatchUp();
});

describe('CatchUp', () => {
  it('adds up what is for the reader, over windows, and tells it once', () => {
    const [one, two, quiet] = [windowOf(1), windowOf(2), windowOf(3)];
    for (const window of [one, two, quiet])
      window.addMessages([{ gid: 10, userId: '2', ts: 10, cat: 'msg', body: 'old, for me' }]);
    missed(one, [11, 12]);
    missed(two, [11]);
    missed(quiet, [11, 12], 'nothing of note');
    expect(catchUp.take(reader, nobodyLooks)).toEqual({ windows: [one, two], count: 3, sound: true });
    expect(catchUp.take(reader, nobodyLooks)).toEqual({ windows: [], count: 0, sound: false });
  });

  it('leaves out what the reader wrote, has read elsewhere, or looks at', () => {
    const [own, read, seen] = [windowOf(1), windowOf(2), windowOf(3)];
    for (const window of [own, read, seen])
      window.addMessages([{ gid: 10, userId: '2', ts: 10, cat: 'msg', body: 'old' }]);
    missed(own, [11], 'for me', '1');
    missed(read, [11, 12]);
    read.seen.value = 11;
    missed(seen, [11]);
    expect(catchUp.take(reader, window => window === seen)).toEqual({ windows: [read], count: 1, sound: true });
  });

  it('respects what each window may do', () => {
    const silent = windowOf(1, { sounds: false });
    const loud = windowOf(2, { titleAlert: false });
    for (const window of [silent, loud])
      window.addMessages([{ gid: 10, userId: '2', ts: 10, cat: 'msg', body: 'old' }]);
    missed(silent, [11]);
    expect(catchUp.take(reader, nobodyLooks)).toEqual({ windows: [silent], count: 1, sound: false });
    missed(loud, [11]);
    expect(catchUp.take(reader, nobodyLooks)).toEqual({ windows: [], count: 0, sound: true });
    const mute = windowOf(3, { sounds: false, titleAlert: false, windowType: '1on1', userId: '2' });
    missed(mute, [11]);
    expect(catchUp.take(reader, nobodyLooks)).toEqual({ windows: [], count: 0, sound: false });
  });

  it('counts a conversation that somebody began, and no group that was joined elsewhere', () => {
    const chat = windowOf(1, { windowType: '1on1', userId: '2' });
    const joined = windowOf(2);
    missed(chat, [11], 'hello');
    missed(joined, [1, 2, 3]);
    expect(catchUp.take(reader, nobodyLooks)).toEqual({ windows: [chat], count: 1, sound: true });
  });
});
