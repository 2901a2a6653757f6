/** Everything that goes wrong, as one kind of body: `{ error: { code, message, field? } }`. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { WireError } from '#api';
import { isTuneError } from '#core';

const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  'no-study': 404,
  'no-trial': 404,
  'no-file': 404,
  held: 409,
  'damaged-event': 500,
  'no-database': 500,
  'study-exists': 409,
  'other-study': 409,
  'taken-over': 409,
  ended: 409,
  'not-running': 409,
  exhausted: 409,
  conflict: 503,
  'storage-away': 503,
  'storage-busy': 503,
  'storage-full': 507,
};

export function refuse(
  c: Context,
  status: ContentfulStatusCode,
  code: string,
  message: string,
  field?: string,
): Response {
  const body: WireError = { error: { code, message, ...(field === undefined ? {} : { field }) } };
  return c.json(body, status);
}

/** The answer for what a route has thrown. What is our own fault tells the client nothing of the inside. */
export function onError(error: Error, c: Context): Response {
  if (isTuneError(error)) {
    const { path, name, key } = error.facts;
    const field = [path, name, key].find((fact) => typeof fact === 'string');
    return refuse(
      c,
      STATUS[error.code] ?? 400,
      error.code,
      error.message,
      typeof field === 'string' ? field : undefined,
    );
  }
  if (error instanceof HTTPException) {
    // Hono's own: a body that is no JSON.
    if (error.status === 400) return refuse(c, 400, 'bad-request', 'The body is not valid JSON.', 'body');
    return refuse(c, error.status, 'bad-request', error.message);
  }
  process.stderr.write(`attune serve: ${error.stack ?? error.message}\n`);
  return refuse(c, 500, 'internal', 'The server failed; its log says why.');
}

interface Invalid {
  readonly success: false;
  readonly target: string;
  readonly error: {
    readonly issues: readonly {
      readonly path: readonly PropertyKey[];
      readonly message: string;
      readonly keys?: readonly string[];
    }[];
  };
}

/** The first thing that does not fit the schema, with its field: `values.accuracy`, or the name of an unknown key. */
export function onInvalid(result: { readonly success: true } | Invalid, c: Context): Response | undefined {
  if (result.success) return undefined;
  const [issue] = result.error.issues;
  const path = [...(issue?.path ?? []), ...(issue?.keys?.slice(0, 1) ?? [])].map(String).join('.');
  const field = path === '' ? (result.target === 'json' ? 'body' : result.target) : path;
  return refuse(c, 400, 'bad-request', `${field}: ${issue?.message ?? 'does not fit'}.`, field);
}
