import { useState } from 'preact/hooks';
import { hasText, language, t } from '../../i18n';
import type { HttpResult } from '../../protocol/http';

export interface SubmitState {
  busy: boolean;
  submit: (event: Event) => void;
  /** An error of one field. */
  errorOf: (field: string) => string | undefined;
  result: HttpResult | null;
}

/** Sends a form, one request at a time, and keeps the result. */
export function useSubmit(send: () => Promise<HttpResult>): SubmitState {
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<HttpResult | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (busy) return;
    setBusy(true);
    setResult(null);
    void send().then(answer => {
      setResult(answer);
      setBusy(false);
      // The first field with an error gets the focus.
      if (!answer.ok) requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    });
  };
  const errorOf = (field: string) => (result && !result.ok && result.field === field ? reasonOf(result) : undefined);
  return { busy, submit, errorOf, result };
}

/** An error that belongs to no field. */
export function FormError({ form, fields }: { form: SubmitState; fields: readonly string[] }) {
  const { result } = form;
  if (!result || result.ok || (result.field !== undefined && fields.includes(result.field))) return null;
  return (
    <p class="form-error" role="alert">
      {reasonOf(result)}
    </p>
  );
}

/** The server's messages are in English, and more precise than ours. */
function reasonOf({ status, field, errorMsg }: HttpResult): string {
  if (status === 0) return t('auth.unreachable');
  if (language.value === 'en' && errorMsg) return errorMsg;
  const key = field === undefined ? `auth.error.${status}` : `auth.${status === 409 ? 'taken' : 'invalid'}.${field}`;
  return hasText(key) ? t(key) : (errorMsg ?? t('auth.failed'));
}
