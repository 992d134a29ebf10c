/** The wire's words: what `docs/reference/protocol.md` defines, as types. Ids of users are opaque strings. */

export type UserId = string;
export type WindowId = number;
/** Grows within a conversation; orders its messages. */
export type Gid = number;
/** `*` owner, `@` operator, `+` voice, `u` user. */
export type Role = '*' | '@' | '+' | 'u';
export type NetworkState = 'connected' | 'connecting' | 'disconnected';
export type Category =
  | 'msg'
  | 'action'
  | 'notice'
  | 'info'
  | 'server'
  | 'banner'
  | 'error'
  | 'join'
  | 'part'
  | 'quit'
  | 'kick';

export interface WireMessage {
  gid: Gid;
  userId: UserId;
  /** Unix seconds. */
  ts: number;
  cat: Category;
  body: string;
  status?: 'edited' | 'deleted';
  updatedTs?: number;
  /** The gid of the latest edit; absent in an original. */
  rev?: Gid;
  rid?: string;
}

export interface UserInfo {
  name: string;
  /** Network → nick there. */
  nick: Record<string, string>;
}

export interface WindowFields {
  topic: string;
  password: string;
  role: Role;
  sounds: boolean;
  titleAlert: boolean;
  visible: boolean;
  row: number;
  /** The read marker. */
  seen: Gid;
}

export interface AddWindow extends WindowFields {
  type: 'ADD_WINDOW';
  windowId: WindowId;
  windowType: 'group' | '1on1';
  network: string;
  name: string;
  userId: UserId | null;
}

export interface NetworkInfo {
  name: string;
  state: NetworkState;
  nick: string;
}

export interface FriendInfo {
  userId: UserId;
  online: boolean;
  /** Unix seconds of the last sign of life; −1 when there was none. */
  last?: number;
}

export type Notification =
  | { type: 'INIT_OK'; reqId: number; sessionId: string; userId: UserId; maxBacklogMsgs: number }
  | { type: 'TERMINATE'; code: TerminateCode; reason: string }
  | { type: 'ADD_USERS'; mapping: Record<UserId, UserInfo> }
  | AddWindow
  | ({ type: 'UPDATE_WINDOW'; windowId: WindowId } & Partial<WindowFields>)
  | { type: 'DELETE_WINDOW'; windowId: WindowId }
  | ({ type: 'ADD_MESSAGE'; windowId: WindowId } & WireMessage)
  | { type: 'ADD_MESSAGES'; messages: { windowId: WindowId; gap?: boolean; messages: WireMessage[] }[] }
  | { type: 'UPDATE_MEMBERS'; windowId: WindowId; reset: boolean; members: { userId: UserId; role: Role }[] }
  | { type: 'DELETE_MEMBERS'; windowId: WindowId; members: { userId: UserId }[] }
  | { type: 'UPDATE_NETWORKS'; networks: NetworkInfo[] }
  | { type: 'UPDATE_FRIENDS'; reset: boolean; friends: FriendInfo[] }
  | { type: 'CONFIRM_FRIENDS'; reset?: boolean; friends: { userId: UserId }[] }
  | { type: 'UPDATE_SETTINGS'; settings: Record<string, string> }
  | { type: 'ADD_ALERT'; alertId: number; message: string }
  | { type: 'DELETE_ALERT'; alertId: number }
  | { type: 'TYPING'; windowId: WindowId; userId: UserId }
  | { type: 'FINISH_INIT' }
  | Ack;

export type TerminateCode =
  | 'INVALID_SECRET'
  | 'UNSUPPORTED_PROTOCOL_VERSION'
  | 'PROTOCOL_ERROR'
  | 'TOO_MANY_SESSIONS'
  | 'SLOW_CONSUMER'
  | 'LOGGED_OUT'
  | 'ACCOUNT_CLOSED'
  | 'SERVER_STOPPING';

export interface Ack {
  type: 'ACK';
  reqId: number;
  status: string;
  /** A sentence fit to show, when `status` is not `OK`. */
  errorMsg?: string;
  /** Seconds, with `RATE_LIMITED`. */
  retryAfter?: number;
  gid?: Gid;
  ts?: number;
  windowId?: WindowId;
  msgs?: WireMessage[];
  more?: boolean;
  name?: string;
  email?: string;
  nick?: string;
  userId?: UserId;
  /** Of WHOIS on MAS. */
  online?: boolean;
  last?: number;
  /** What a typed command has to say, such as /help. */
  text?: string;
}

/** A request's fields without `reqId`, which the connection adds. */
export interface Request {
  type: string;
  [field: string]: unknown;
}

/** What the client shows for a request that never reached the server. */
export const offlineStatus = 'OFFLINE';
