import { signal } from '@preact/signals';

type AuthView = 'login' | 'register' | 'forgot' | 'reset';

const paths: Record<string, AuthView> = { '/register': 'register', '/forgot-password': 'forgot' };

export const authView = signal<AuthView>('login');

/** The token of the mailed link. It is in the fragment, which browsers never send. */
export function resetToken(): string | null {
  return /^#reset-password=(.+)$/.exec(location.hash)?.[1] ?? null;
}

/** Opens a form and updates the address, so that reload and the back button work. */
export function showAuth(next: AuthView): void {
  const path = Object.keys(paths).find(key => paths[key] === next) ?? '/';
  history.pushState(null, '', path);
  authView.value = next;
}

export function followAddress(): void {
  authView.value = resetToken() !== null ? 'reset' : (paths[location.pathname] ?? 'login');
}
