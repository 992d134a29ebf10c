/** An answer of the HTTP API: `field` names the form field that `errorMsg` is about. */
export interface HttpResult {
  ok: boolean;
  status: number;
  field?: string;
  errorMsg?: string;
}

/** Calls the HTTP API. A server that can't be reached is a result with status 0, not an exception. */
export async function post(path: string, body: Record<string, unknown> = {}): Promise<HttpResult> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
    });
  } catch {
    return { ok: false, status: 0 };
  }
  const answer = (await response.json().catch(() => ({}))) as { field?: string; errorMsg?: string; success?: boolean };
  const ok = response.ok && answer.success !== false;
  return { ...answer, ok, status: response.status };
}
