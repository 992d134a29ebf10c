import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ChatClient } from '../state/client';

export const ClientContext = createContext<ChatClient | null>(null);

export function useClient(): ChatClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('No client above this component.');
  return client;
}
