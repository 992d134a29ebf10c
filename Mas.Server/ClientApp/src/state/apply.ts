import type { AddWindow, Gid, Notification, UserId, WindowId, WireMessage } from '../protocol/messages';
import { ChatWindow } from './chatWindow';
import { mergeSettings } from './settings';
import type { Store } from './store';

export interface ApplyEvents {
  /** A live message, not one of the backlog. */
  messageArrived(window: ChatWindow, message: WireMessage): void;
  /** The server's history holds a message that this client sent. */
  ownMessageSeen(windowId: WindowId, rid: string): void;
  windowAdded(window: ChatWindow): void;
  windowRemoved(window: ChatWindow): void;
  friendAsked(userId: UserId): void;
  /** A session has begun with messages that the window did not hold; it held those up to `newest`, 0 for none. */
  backlogAdded(window: ChatWindow, newest: Gid): void;
  sessionComplete(): void;
}

/** How long somebody counts as typing after the last sign of it, in milliseconds. */
export const typingLasts = 6_000;

/**
 * Carries the server's notifications into the store. A session's start runs through the same code as
 * everything later, so a reconnect only has to take away what was not announced again.
 */
export class NotificationApplier {
  private starting = false;
  private readonly announced = new Set<WindowId>();

  constructor(
    private readonly store: Store,
    private readonly events: ApplyEvents,
    private readonly now: () => number = Date.now,
  ) {}

  apply(notification: Notification): void {
    const { store } = this;
    switch (notification.type) {
      case 'INIT_OK':
        this.beginSession(notification.userId);
        break;
      case 'ADD_USERS':
        for (const [userId, info] of Object.entries(notification.mapping)) store.user(userId).value = info;
        break;
      case 'ADD_WINDOW':
        this.addWindow(notification);
        break;
      case 'UPDATE_WINDOW':
        this.window(notification.windowId)?.update(notification);
        break;
      case 'DELETE_WINDOW':
        this.removeWindow(notification.windowId);
        break;
      case 'ADD_MESSAGE':
        this.addMessage(notification.windowId, notification);
        break;
      case 'ADD_MESSAGES':
        for (const batch of notification.messages) {
          const window = this.window(batch.windowId);
          const newest = window?.log.newest ?? 0;
          this.addMessages(batch.windowId, batch.messages, batch.gap === true);
          if (!window || batch.messages.length === 0) continue;
          if (this.starting) {
            this.events.backlogAdded(window, newest);
            continue;
          }
          // Somebody's first message may come with the window that it opens. Who looks on has read all of them with the first that is told.
          const known = Math.max(newest, window.seen.peek());
          for (const message of batch.messages) if (message.gid > known) this.events.messageArrived(window, message);
        }
        break;
      case 'UPDATE_MEMBERS':
        this.window(notification.windowId)?.setMembers(notification.members, notification.reset);
        break;
      case 'DELETE_MEMBERS':
        this.window(notification.windowId)?.removeMembers(notification.members);
        break;
      case 'UPDATE_NETWORKS':
        this.updateNetworks(notification);
        break;
      case 'UPDATE_FRIENDS':
        this.updateFriends(notification);
        break;
      case 'CONFIRM_FRIENDS':
        if (notification.reset) this.settleRequests(notification.friends.map(friend => friend.userId));
        for (const { userId } of notification.friends) this.friendAsks(userId);
        break;
      case 'UPDATE_SETTINGS':
        mergeSettings(notification.settings);
        break;
      case 'ADD_ALERT':
        if (!store.alerts.peek().some(alert => alert.alertId === notification.alertId)) {
          store.alerts.value = [
            ...store.alerts.peek(),
            { alertId: notification.alertId, message: notification.message },
          ];
        }
        break;
      case 'DELETE_ALERT':
        store.alerts.value = store.alerts.peek().filter(alert => alert.alertId !== notification.alertId);
        break;
      case 'TYPING':
        if (!store.isMe(notification.userId))
          this.window(notification.windowId)?.setTyping(notification.userId, this.now() + typingLasts);
        break;
      case 'FINISH_INIT':
        this.finishSession();
        break;
      default:
        // The connection handles ACKs. Unknown types are of a later version.
        break;
    }
  }

  private beginSession(userId: UserId): void {
    this.starting = true;
    this.announced.clear();
    this.store.me.value = userId;
    this.store.friendRequests.value = [];
    this.store.alerts.value = [];
  }

  private finishSession(): void {
    for (const window of this.store.windows.peek()) if (!this.announced.has(window.id)) this.removeWindow(window.id);
    this.starting = false;
    this.events.sessionComplete();
  }

  private window(id: WindowId): ChatWindow | undefined {
    return this.store.windows.peek().find(window => window.id === id);
  }

  private addWindow(fields: AddWindow): void {
    this.announced.add(fields.windowId);
    const held = this.window(fields.windowId);
    if (held) {
      held.update(fields);
      return;
    }
    const window = new ChatWindow(fields, this.store);
    this.store.addWindow(window);
    if (!this.starting) this.events.windowAdded(window);
  }

  private removeWindow(id: WindowId): void {
    const window = this.window(id);
    if (!window) return;
    this.store.removeWindow(id);
    this.events.windowRemoved(window);
  }

  private addMessage(windowId: WindowId, message: WireMessage): void {
    const window = this.window(windowId);
    if (!window) return;
    const isNew = message.gid > window.log.newest && message.rev === undefined;
    this.addMessages(windowId, [messageOf(message)], false);
    window.setTyping(message.userId, null);
    if (isNew) this.events.messageArrived(window, message);
  }

  private addMessages(windowId: WindowId, messages: readonly WireMessage[], gap: boolean): void {
    const window = this.window(windowId);
    if (!window) return;
    window.addMessages(messages, gap);
    for (const { rid } of messages) if (rid !== undefined) this.events.ownMessageSeen(windowId, rid);
  }

  private updateNetworks({ networks }: Extract<Notification, { type: 'UPDATE_NETWORKS' }>): void {
    const next = new Map(this.starting ? [] : this.store.networks.peek().map(network => [network.name, network]));
    for (const network of networks) next.set(network.name, network);
    this.store.networks.value = [...next.values()];
  }

  private updateFriends({ reset, friends }: Extract<Notification, { type: 'UPDATE_FRIENDS' }>): void {
    const next = new Map(reset ? [] : this.store.friends.peek());
    for (const friend of friends) next.set(friend.userId, friend);
    this.store.friends.value = next;
    this.store.friendRequests.value = this.store.friendRequests.peek().filter(userId => !next.has(userId));
  }

  /** Requests that are gone were answered, perhaps in another tab. */
  private settleRequests(open: readonly UserId[]): void {
    this.store.friendRequests.value = this.store.friendRequests.peek().filter(userId => open.includes(userId));
  }

  private friendAsks(userId: UserId): void {
    if (this.store.friendRequests.peek().includes(userId)) return;
    this.store.friendRequests.value = [...this.store.friendRequests.peek(), userId];
    if (!this.starting) this.events.friendAsked(userId);
  }
}

/** Without the notification's fields, so that ten thousand messages stay small. */
function messageOf(message: WireMessage): WireMessage {
  const { gid, userId, ts, cat, body, status, updatedTs, rev, rid } = message;
  return {
    gid,
    userId,
    ts,
    cat,
    body,
    ...(status === undefined ? {} : { status }),
    ...(updatedTs === undefined ? {} : { updatedTs }),
    ...(rev === undefined ? {} : { rev }),
    ...(rid === undefined ? {} : { rid }),
  };
}
