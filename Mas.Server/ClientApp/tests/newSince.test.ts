import { describe, expect, it, vi } from 'vitest';
import type { WireMessage } from '../src/protocol/messages';
import { ChatWindow } from '../src/state/chatWindow';
import { countLimit, NewSince, type Reader } from '../src/state/newSince';

const message = (gid: number, body = 'for all', extra: Partial<WireMessage> = {}): WireMessage => ({
  gid,
  userId: '2',
  ts: gid,
  cat: 'msg',
  body,
  ...extra,
});

function begin(): {
  window: ChatWindow;
  reader: Reader & { mentionsMe: ReturnType<typeof vi.fn>; words: RegExp };
  counter: NewSince;
} {
  const reader = {
    words: /me/,
    isMe: (userId: string) => userId === '1',
    mentionsMe: vi.fn((_network: string, body: string): boolean => reader.words.test(body)),
    mentionPattern: () => reader.words,
  };
  const window = new ChatWindow(
    {
      type: 'ADD_WINDOW',
      windowId: 1,
      windowType: 'group',
      network: 'MAS',
      name: 'g',
      userId: null,
      topic: '',
      password: '',
      role: 'u',
      sounds: true,
      titleAlert: true,
      visible: true,
      row: 0,
      seen: 0,
    },
    reader,
  );
  return { window, reader, counter: new NewSince(window) };
}

describe('NewSince', () => {
  it('goes on from what it has counted, and looks at no message twice', () => {
    const { window, reader, counter } = begin();
    window.addMessages([message(1), message(2, 'for me'), message(3)]);
    expect(counter.count(1, reader)).toEqual({ count: 2, mentions: 1, firstMention: 2 });
    reader.mentionsMe.mockClear();
    window.addMessages([message(4, 'for me'), message(5, 'own', { userId: '1' }), message(6, 'came', { cat: 'join' })]);
    expect(counter.count(1, reader)).toEqual({ count: 3, mentions: 2, firstMention: 2 });
    expect(counter.count(1, reader)).toEqual({ count: 3, mentions: 2, firstMention: 2 });
    expect(reader.mentionsMe).toHaveBeenCalledTimes(1);
  });

  it('counts anew when a message was changed or taken back, the reader has read on, or other words are looked for', () => {
    const { window, reader, counter } = begin();
    window.addMessages([message(1), message(2, 'for me'), message(3, 'for you')]);
    expect(counter.count(0, reader)).toEqual({ count: 3, mentions: 1, firstMention: 2 });
    window.addMessages([message(2, 'for me', { status: 'deleted', rev: 9 })]);
    expect(counter.count(0, reader)).toEqual({ count: 2, mentions: 0, firstMention: null });
    expect(counter.count(1, reader)).toEqual({ count: 1, mentions: 0, firstMention: null });
    reader.words = /you/;
    expect(counter.count(1, reader)).toEqual({ count: 1, mentions: 1, firstMention: 3 });
  });

  it('counts no further than what is shown', () => {
    const { window, reader, counter } = begin();
    window.addMessages(Array.from({ length: countLimit - 1 }, (_, i) => message(i + 1)));
    expect(counter.count(0, reader).count).toBe(countLimit - 1);
    window.addMessages([message(countLimit), message(countLimit + 1)]);
    expect(counter.count(0, reader).count).toBe(countLimit);
  });
});
