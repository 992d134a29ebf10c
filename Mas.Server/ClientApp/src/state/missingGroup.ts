import { masNetwork } from './store';

/** A group to make: its name, and the password that it is to have, empty for none. */
export interface NewGroup {
  name: string;
  password: string;
}

/**
 * The group that a refused `/join` looked for in vain, which may be made instead; null when that is no way out: it was another
 * command, it failed for another reason, or it was on IRC, where a channel comes up by being joined.
 */
export function missingGroup(network: string, command: string, status: string): NewGroup | null {
  if (network !== masNetwork || status !== 'NOT_FOUND') return null;
  const join = /^\/join\s+(\S+)(?:\s+([\s\S]*))?$/i.exec(command);
  return join && { name: join[1]!, password: join[2]?.trim() ?? '' };
}
