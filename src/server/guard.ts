/**
 * Who may speak to the server: in the order of the checks, a host name it knows (a page of another site whose name was pointed here has another one), not too
 * often, with the token, with a body of bounded size.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { refuse } from './errors.ts';

/** The body that carries most is a study's space; a megabyte holds thousands of parameters. */
export const BODY_LIMIT_BYTES = 1_000_000;

/** Host names and addresses, with or without a port. */
export const knownHosts = (names: readonly string[]): MiddlewareHandler => {
  const known = new Set(names.map((name) => name.toLowerCase()));
  return async (c, next) => {
    const host = (c.req.header('host') ?? '').toLowerCase();
    const name = host.replace(/:\d+$/, '');
    if (!known.has(name))
      return refuse(
        c,
        403,
        'unknown-host',
        `This server does not answer to the host name "${name}"; --allow-host names one.`,
        'host',
      );
    return next();
  };
};

export interface RateLimit {
  /** Requests a second that may go on for ever. */
  readonly perSecond: number;
  /** And as many at once. */
  readonly burst: number;
}

/** A bucket of tokens for each client: each request takes one, `perSecond` come back. Clients that were silent long enough to be full are forgotten. */
export function rateLimit(
  { perSecond, burst }: RateLimit,
  clientOf: (env: unknown) => string,
  now: () => number = () => performance.now(),
): MiddlewareHandler {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let swept = now();
  return async (c, next) => {
    const at = now();
    const refilled = (bucket: { tokens: number; at: number }): number =>
      Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    if (at - swept > 60_000) {
      swept = at;
      for (const [client, bucket] of buckets) if (refilled(bucket) >= burst) buckets.delete(client);
    }
    const client = clientOf(c.env);
    const tokens = refilled(buckets.get(client) ?? { tokens: burst, at });
    buckets.set(client, { tokens: Math.max(0, tokens - 1), at });
    if (tokens < 1) {
      c.header('retry-after', String(Math.ceil((1 - tokens) / perSecond)));
      return refuse(c, 429, 'too-many-requests', `More than ${perSecond} requests a second; wait and try again.`);
    }
    return next();
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * What a page of another origin sends is refused, also where no token is asked for. Browsers name the origin of every request that is not a plain GET, and
 * say of all others where they come from (Fetch metadata); programs send neither.
 */
export const ownOrigin = (): MiddlewareHandler => async (c, next) => {
  const { origin, host } = { origin: c.req.header('origin'), host: c.req.header('host') };
  const site = c.req.header('sec-fetch-site') ?? 'same-origin';
  const foreign = origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host?.toLowerCase());
  if (foreign || (site !== 'same-origin' && site !== 'none'))
    return refuse(c, 403, 'other-origin', 'Pages of other origins may not speak to this server.', 'origin');
  return next();
};

/**
 * `authorization: Bearer TOKEN`, compared in a time that does not depend on how much of it is right. With `readable`, GET needs none; a wrong one is
 * refused all the same.
 */
export const bearer = (token: string, { readable = false } = {}): MiddlewareHandler => {
  const wanted = digest(token);
  return async (c, next) => {
    const { method } = c.req;
    if (readable && (method === 'GET' || method === 'HEAD') && c.req.header('authorization') === undefined)
      return next();
    const given = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), wanted)) {
      c.header('www-authenticate', 'Bearer');
      return refuse(
        c,
        401,
        'unauthorized',
        'Wanted a header "authorization: Bearer TOKEN" with the token that the server printed when it started.',
      );
    }
    return next();
  };
};

export const limitBody = (): MiddlewareHandler =>
  bodyLimit({
    maxSize: BODY_LIMIT_BYTES,
    onError: (c) => {
      // The rest of the body is not read, so the connection can carry no other request.
      c.header('connection', 'close');
      return refuse(c, 413, 'too-large', `The body is larger than ${BODY_LIMIT_BYTES} bytes.`, 'body');
    },
  });
