import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Notification, WireMessage } from '../src/protocol/messages';
import { type ApplyEvents, NotificationApplier } from '../src/state/apply';
import { settings } from '../src/state/settings';
import { Store } from '../src/state/store';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });

let store: Store;
let heard: string[];
let applier: NotificationApplier;

const message = (gid: number, extra: Partial<WireMessage> = {}): WireMessage => ({
  gid,
  userId: '2',
  ts: gid,
  cat: 'msg',
  body: `b${gid}`,
  ...extra,
});
const window = (windowId: number, extra: object = {}): Notification =>
  ({
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
  }) as Notification;
const apply = (...notifications: Notification[]) => {
  for (const notification of notifications) applier.apply(notification);
};
const init: Notification = { type: 'INIT_OK', reqId: 1, sessionId: 's', userId: '1', maxBacklogMsgs: 100 };

beforeEach(() => {
  store = new Store();
  heard = [];
  settings.value = {};
  const events: ApplyEvents = {
    messageArrived: (_window, one) => heard.push(`message ${one.gid}`),
    ownMessageSeen: (windowId, rid) => heard.push(`own ${windowId} ${rid}`),
    windowAdded: one => heard.push(`added ${one.id}`),
    windowRemoved: one => heard.push(`removed ${one.id}`),
    friendAsked: userId => heard.push(`asked ${userId}`),
    backlogAdded: (one, newest) => heard.push(`backlog ${one.id} ${newest}`),
    sessionComplete: () => heard.push('complete'),
  };
  applier = new NotificationApplier(store, events, () => 1000);
  apply(
    init,
    {
      type: 'ADD_USERS',
      mapping: { '1': { name: 'Me', nick: { MAS: 'me' } }, '2': { name: 'Bob', nick: { MAS: 'bob', IRCNet: 'bob_' } } },
    },
    window(3),
    window(4),
  );
  apply(
    { type: 'ADD_MESSAGES', messages: [{ windowId: 3, messages: [message(10), message(11)] }] },
    { type: 'FINISH_INIT' },
  );
  heard.length = 0;
});

describe('NotificationApplier', () => {
  it('announces messages that arrive, and not the backlog', () => {
    apply({ type: 'ADD_MESSAGE', windowId: 3, ...message(12) });
    expect(heard).toEqual(['message 12']);
    expect(store.window(3)!.log.messages.map(one => one.gid)).toEqual([10, 11, 12]);
  });

  it('takes an edit in place and announces nothing', () => {
    apply({ type: 'ADD_MESSAGE', windowId: 3, ...message(10, { body: 'new', status: 'edited', rev: 13 }) });
    expect(store.window(3)!.log.get(10)!.body).toBe('new');
    expect(heard).toEqual([]);
  });

  it('tells which messages a reconnect brought, and up to which the window held them', () => {
    apply(
      init,
      window(3),
      window(4),
      {
        type: 'ADD_MESSAGES',
        messages: [
          { windowId: 3, messages: [message(12), message(13)] },
          { windowId: 4, messages: [] },
        ],
      },
      { type: 'FINISH_INIT' },
    );
    expect(heard).toEqual(['backlog 3 11', 'complete']);
  });

  it('takes windows away that a reconnect does not announce again, and keeps messages of the others', () => {
    apply(init, window(3, { topic: 'later' }), { type: 'FINISH_INIT' });
    expect(heard).toEqual(['removed 4', 'complete']);
    expect(store.window(3)!.topic.value).toBe('later');
    expect(store.window(3)!.log.messages).toHaveLength(2);
  });

  it('announces what comes with the window that it opens, and not what was said before', () => {
    apply(window(5, { seen: 11 }), {
      type: 'ADD_MESSAGES',
      messages: [{ windowId: 5, messages: [message(10), message(11), message(12)] }],
    });
    expect(heard).toEqual(['added 5', 'message 12']);
  });

  it('takes a window that is announced again as it is now, with its messages, and announces it no second time', () => {
    apply(window(3, { topic: 'again', seen: 11 }), {
      type: 'UPDATE_MEMBERS',
      windowId: 3,
      reset: true,
      members: [{ userId: '2', role: '@' }],
    });
    apply({ type: 'ADD_MESSAGES', messages: [{ windowId: 3, messages: [message(10), message(11), message(12)] }] });
    expect(heard).toEqual(['message 12']);
    expect(store.windows.value.filter(one => one.id === 3)).toHaveLength(1);
    expect(store.window(3)!.topic.value).toBe('again');
    expect([...store.window(3)!.members.value]).toEqual([['2', '@']]);
    expect(store.window(3)!.log.messages.map(one => one.gid)).toEqual([10, 11, 12]);
  });

  it('passes over what names a window that is gone, or not there yet', () => {
    apply(
      { type: 'DELETE_WINDOW', windowId: 4 },
      { type: 'DELETE_WINDOW', windowId: 4 },
      { type: 'DELETE_WINDOW', windowId: 99 },
    );
    apply(
      { type: 'ADD_MESSAGE', windowId: 4, ...message(12) },
      { type: 'UPDATE_MEMBERS', windowId: 99, reset: true, members: [] },
    );
    apply(
      { type: 'DELETE_MEMBERS', windowId: 99, members: [{ userId: '2' }] },
      { type: 'UPDATE_WINDOW', windowId: 4, topic: 'late' },
    );
    expect(heard).toEqual(['removed 4']);
    expect(store.windows.value.map(one => one.id)).toEqual([3]);
  });

  it('takes away what was settled in another session', () => {
    apply(
      { type: 'ADD_ALERT', alertId: 7, message: 'a' },
      { type: 'ADD_ALERT', alertId: 8, message: 'b' },
      { type: 'CONFIRM_FRIENDS', friends: [{ userId: '2' }, { userId: '5' }] },
    );
    apply({ type: 'DELETE_ALERT', alertId: 7 }, { type: 'CONFIRM_FRIENDS', reset: true, friends: [{ userId: '5' }] });
    expect(store.alerts.value.map(alert => alert.alertId)).toEqual([8]);
    expect(store.friendRequests.value).toEqual(['5']);
  });

  it('tells of own messages that the history holds', () => {
    apply({ type: 'ADD_MESSAGES', messages: [{ windowId: 3, messages: [message(14, { userId: '1', rid: 'r9' })] }] });
    expect(heard).toEqual(['own 3 r9', 'message 14']);
  });

  it('counts what is unread, and mentions among it', () => {
    apply(
      { type: 'UPDATE_WINDOW', windowId: 3, seen: 10 },
      { type: 'ADD_MESSAGE', windowId: 3, ...message(12, { body: 'hello Me!' }) },
      { type: 'ADD_MESSAGE', windowId: 3, ...message(13, { userId: '1' }) },
    );
    expect(store.window(3)!.unread.value).toEqual({ count: 2, mentions: 1 });
    apply({ type: 'UPDATE_WINDOW', windowId: 3, seen: 13 });
    expect(store.window(3)!.unread.value).toEqual({ count: 0, mentions: 0 });
  });

  it('counts keywords as mentions', () => {
    apply(
      { type: 'UPDATE_SETTINGS', settings: { keywords: 'tea, coffee' } },
      { type: 'ADD_MESSAGE', windowId: 4, ...message(12, { body: 'Tea?' }) },
    );
    expect(store.window(4)!.unread.value).toEqual({ count: 1, mentions: 1 });
  });

  it('never lets the read marker go back', () => {
    apply({ type: 'UPDATE_WINDOW', windowId: 3, seen: 11 }, { type: 'UPDATE_WINDOW', windowId: 3, seen: 10 });
    expect(store.window(3)!.seen.value).toBe(11);
  });

  it('follows members', () => {
    apply(
      {
        type: 'UPDATE_MEMBERS',
        windowId: 3,
        reset: true,
        members: [
          { userId: '1', role: '*' },
          { userId: '2', role: 'u' },
        ],
      },
      { type: 'UPDATE_MEMBERS', windowId: 3, reset: false, members: [{ userId: '2', role: '@' }] },
      { type: 'DELETE_MEMBERS', windowId: 3, members: [{ userId: '1' }] },
    );
    expect([...store.window(3)!.members.value]).toEqual([['2', '@']]);
  });

  it('believes in typing until a message comes', () => {
    apply({ type: 'TYPING', windowId: 3, userId: '2' });
    expect([...store.window(3)!.typing.value.keys()]).toEqual(['2']);
    apply({ type: 'ADD_MESSAGE', windowId: 3, ...message(12) });
    expect(store.window(3)!.typing.value.size).toBe(0);
  });

  it('names people as their network does', () => {
    expect([store.nick('2', 'MAS'), store.nick('2', 'IRCNet'), store.nick('2', 'Other')]).toEqual([
      'bob',
      'bob_',
      'bob',
    ]);
  });

  it('follows friends and their requests', () => {
    apply({ type: 'CONFIRM_FRIENDS', friends: [{ userId: '2' }] });
    expect(store.friendRequests.value).toEqual(['2']);
    apply({ type: 'UPDATE_FRIENDS', reset: false, friends: [{ userId: '2', online: true }] });
    expect(store.friendRequests.value).toEqual([]);
    apply({ type: 'UPDATE_FRIENDS', reset: true, friends: [] });
    expect(store.friends.value.size).toBe(0);
    expect(heard).toEqual(['asked 2']);
  });

  it('ignores what it does not know', () => {
    expect(() =>
      apply({ type: 'LATER_VERSION', x: 1 } as unknown as Notification, {
        type: 'ADD_MESSAGE',
        windowId: 99,
        ...message(1),
      }),
    ).not.toThrow();
  });
});
