import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { HttpResult } from '../../protocol/http';

export interface SubmitState {
  busy: boolean;
  submit: (event: Event) => void;
  /** What the server said about one field. */
  errorOf: (field: string) => string | undefined;
  result: HttpResult | null;
}

/** Runs a form's request once at a time and keeps what came of it. */
export function useSubmit(send: () => Promise<HttpResult>): SubmitState {
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<HttpResult | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setResult(null);
    void send().then(answer => {
      setResult(answer);
      setBusy(false);
    });
  };
  const errorOf = (field: string) => (result && !result.ok && result.field === field ? (result.errorMsg ?? t('auth.failed')) : undefined);
  return { busy, submit, errorOf, result };
}

/** The failure that belongs to none of the form's fields. */
export function FormError({ form, fields }: { form: SubmitState; fields: readonly string[] }) {
  const { result } = form;
  if (!result || result.ok || (result.field !== undefined && fields.includes(result.field))) return null;
  return (
    <p class="form-error" role="alert">
      {result.status === 0 ? t('auth.unreachable') : (result.errorMsg ?? t('auth.failed'))}
    </p>
  );
}
