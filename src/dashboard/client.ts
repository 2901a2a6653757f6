/**
 * Calls to the server that served this page. The token arrives in the fragment of the URL (`#token=…`), which browsers never send, is kept for this tab
 * alone, and leaves the address bar at once.
 */
import type { WireError } from '#api';

const TOKEN = 'attune-token';

/** Takes the token out of the address bar, if one is there. */
export function adoptToken(): void {
  const found = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (found === undefined) return;
  sessionStorage.setItem(TOKEN, found);
  history.replaceState(history.state, '', location.pathname + location.search);
}

export const hasToken = (): boolean => sessionStorage.getItem(TOKEN) !== null;

export const setToken = (token: string): void => sessionStorage.setItem(TOKEN, token);

/** What the server said against a request, or that it cannot be reached (status 0). */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  constructor(status: number, { code, message, field }: WireError['error']) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/** The response to a request that the server took; else throws `Refused`. */
export async function call(
  path: string,
  { method = 'GET', body, accept = 'application/json', signal }: CallOptions = {},
): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN);
  const headers: Record<string, string> = { accept };
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new Refused(0, { code: 'unreachable', message: 'The server cannot be reached.' });
  }
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => null);
  throw new Refused(
    response.status,
    isWireError(answer) ? answer.error : { code: 'unknown', message: `The server answered ${response.status}.` },
  );
}

export const callJson = async <T>(path: string, options?: CallOptions): Promise<T> =>
  (await call(path, options)).json() as Promise<T>; // of the server that this page came with

const isWireError = (value: unknown): value is WireError =>
  typeof value === 'object' &&
  value !== null &&
  'error' in value &&
  typeof value.error === 'object' &&
  value.error !== null &&
  'message' in value.error;

export const studyPath = (name: string): string => `/api/studies/${encodeURIComponent(name)}`;
