import { signal } from '@preact/signals';

type AuthView = 'login' | 'register' | 'forgot' | 'reset';

const paths: Record<string, AuthView> = { '/register': 'register', '/forgot-password': 'forgot' };

/** Which form somebody sees who isn't logged in. */
export const authView = signal<AuthView>('login');

/** The token of the link that the server mails; it stands in the fragment, which no server ever sees. */
export function resetToken(): string | null {
  return /^#reset-password=(.+)$/.exec(location.hash)?.[1] ?? null;
}

/** Goes to one of the forms; the address follows, so that reloading and the back button work. */
export function showAuth(next: AuthView): void {
  const path = Object.keys(paths).find(key => paths[key] === next) ?? '/';
  history.pushState(null, '', path);
  authView.value = next;
}

/** Shows what the address says. */
export function followAddress(): void {
  authView.value = resetToken() !== null ? 'reset' : (paths[location.pathname] ?? 'login');
}
