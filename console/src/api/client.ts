/** Calls to the service. Every failure carries what happened and what to do. */
import type { Assessment, Me, Prepared, ReleaseAction, State } from './types';

const BASE = '/api/v1';
/** A call that takes longer is as good as refused: the person must know. */
const TIMEOUT_MS = 10_000;

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly remedy: string | null,
  ) {
    super(message);
  }
}

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(BASE + path, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      credentials: 'same-origin',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    const why = late ? `within ${TIMEOUT_MS / 1000} s` : `(${String(error)})`;
    throw new ApiError(0, `no answer from the service ${why}`, 'Use the second console.');
  }
  if (!answer.ok) throw await refusal(answer);
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

async function refusal(answer: Response): Promise<ApiError> {
  const body = await answer.json().catch(() => null);
  const said = body && typeof body === 'object' ? (body as Record<string, unknown>) : {};
  const error = typeof said['error'] === 'string' ? said['error'] : `refused (HTTP ${answer.status})`;
  const remedy = typeof said['remedy'] === 'string' ? said['remedy'] : null;
  return new ApiError(answer.status, error, remedy);
}

function post<T>(path: string, body: unknown): Promise<T> {
  return call<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const id = encodeURIComponent;

export const api = {
  state: (at?: string) => call<State>(at ? `/state?at=${id(at)}` : '/state'),
  history: async (object: string): Promise<Assessment[]> => {
    const answer = await call<Assessment[] | { history: Assessment[] }>(`/objects/${id(object)}/history`);
    return Array.isArray(answer) ? answer : answer.history;
  },
  me: () => call<Me>('/me'),
  signIn: (name: string, secret: string) => post<unknown>('/session', { name, secret }),
  signOut: () => call<void>('/session', { method: 'DELETE' }),
  acknowledge: (object: string) => post<unknown>('/actions/acknowledge', { object }),
  shelve: (subject: string, minutes: number, reason: string) =>
    post<unknown>('/actions/shelve', { subject, minutes, reason }),
  prepare: (warning: string, action: ReleaseAction) =>
    post<Prepared>(`/warnings/${id(warning)}/prepare`, { action }),
  confirm: (warning: string, action: ReleaseAction, sha256: string, code: string) =>
    post<{ state: string }>(`/warnings/${id(warning)}/confirm`, { action, sha256, code }),
  streamUrl: (after: number) => `${BASE}/stream?after=${after}`,
};

/** An error in one line: what happened, and what to do. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  return error.remedy ? `${error.message}. ${error.remedy}` : error.message;
}
