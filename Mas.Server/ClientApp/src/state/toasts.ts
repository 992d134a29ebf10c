import { signal } from '@preact/signals';

export interface Toast {
  id: number;
  text: string;
  kind?: 'error';
  /** Stays until it is answered. */
  sticky?: boolean;
  /** What can be done about it; done, the message goes. */
  action?: { label: string; run: () => void };
}

export const toasts = signal<readonly Toast[]>([]);
let nextId = 1;

/** Shows a message; what is given back takes it away by `dismiss`. */
export function say(toast: Omit<Toast, 'id'>): number {
  const id = nextId++;
  toasts.value = [...toasts.peek().slice(-3), { id, ...toast }];
  if (!toast.sticky) setTimeout(() => dismiss(id), 6_000);
  return id;
}

export function dismiss(id: number): void {
  toasts.value = toasts.peek().filter(toast => toast.id !== id);
}
