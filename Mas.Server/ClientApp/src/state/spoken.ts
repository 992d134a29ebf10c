import type { PendingMessage } from './outgoing';

/** What a sent text becomes in the conversation; null for a command that says nothing there. */
export function spokenText(text: string): { cat: 'msg' | 'action'; body: string } | null {
  const action = /^\/me\s+([\s\S]+)$/i.exec(text);
  if (action) return { cat: 'action', body: action[1]! };
  if (text.startsWith('//')) return { cat: 'msg', body: text.slice(1) };
  return text.startsWith('/') ? null : { cat: 'msg', body: text };
}

/** The commands that wait for the connection; messages that wait are shown where they will stand. */
export function waitingCommands(pending: readonly PendingMessage[]): PendingMessage[] {
  return pending.filter(message => message.state === 'waiting' && spokenText(message.text) === null);
}

/** Whether a text that is being written is a command that says nothing in the conversation. */
export function isCommand(text: string): boolean {
  return /^\/(?!me\b|\/)/.test(text);
}
