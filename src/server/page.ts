/**
 * The dashboard's files: read once as the server starts and served by name from memory, so that no path of a request ever reaches the disk.
 * Whatever is not a file of the page is the page itself: its own script reads the place from the URL.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import { TuneError } from '#core';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Scripts and styles from this server alone, none inline; it cannot be shown in a frame. `blob:` is for pictures that are saved. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Answers GET of the page and its files; everything else goes on. */
export function pageOf(directory: string): MiddlewareHandler {
  const files = new Map<string, { readonly packed: Uint8Array<ArrayBuffer>; readonly type: string }>();
  try {
    for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      const type = TYPES[extname(name)];
      if (type === undefined) continue;
      const packed = new Uint8Array(gzipSync(readFileSync(join(directory, name))));
      files.set(`/${name.replaceAll('\\', '/')}`, { packed, type });
    }
  } catch {
    // Told below.
  }
  const start = files.get('/index.html');
  if (start === undefined)
    throw new TuneError('no-page', `The dashboard is not built: ${directory} has no index.html; run "npm run build".`, {
      directory,
    });
  return async (c, next) => {
    const { method, path } = c.req;
    if (method !== 'GET' && method !== 'HEAD') return next();
    const file = files.get(path);
    if (file === undefined && path !== '/' && !path.startsWith('/study/')) return next();
    const { packed, type } = file ?? start;
    // Names of files in assets/ hold a hash of what is in them.
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    return c.body(packed, 200, {
      'content-type': type,
      'content-encoding': 'gzip',
      'cache-control': cache,
      'content-security-policy': POLICY,
    });
  };
}
