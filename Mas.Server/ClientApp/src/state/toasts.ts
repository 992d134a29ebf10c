import { signal } from '@preact/signals';

export interface Toast {
  id: number;
  text: string;
  kind?: 'error';
  /** Stays until it is answered. */
  sticky?: boolean;
  action?: { label: string; run: () => void };
}

/** Short messages at the edge of the page. */
export const toasts = signal<readonly Toast[]>([]);
let nextId = 1;

export function say(toast: Omit<Toast, 'id'>): void {
  const id = nextId++;
  toasts.value = [...toasts.peek().slice(-3), { id, ...toast }];
  if (!toast.sticky) setTimeout(() => dismiss(id), 6_000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.peek().filter(toast => toast.id !== id);
}
