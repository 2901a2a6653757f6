/**
 * The HTTP server: guards before routes, the OpenAPI document, one kind of error body. It opens no storage: its caller does.
 * It binds loopback unless told otherwise and speaks plain HTTP: towards other machines it belongs behind a proxy that speaks TLS.
 */
import { randomBytes } from 'node:crypto';
import { serve } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import { secureHeaders } from 'hono/secure-headers';
import { TuneError, type Storage } from '#core';
import { onError, refuse } from './errors.ts';
import { bearer, knownHosts, limitBody, ownOrigin, rateLimit, type RateLimit } from './guard.ts';
import { pageOf } from './page.ts';
import { createRoutes } from './routes.ts';
import type { FolderOf } from './trial-files.ts';

export interface ServerOptions {
  readonly storage: Storage;
  readonly token: string;
  /** Address to bind. Default 127.0.0.1. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port: number;
  /** Host names it answers to beside its own and loopback's. */
  readonly allowHosts?: readonly string[];
  readonly limit?: RateLimit;
  readonly version: string;
  /** Lease time of the server; it looks five times in it for clients that are silent for longer than theirs. */
  readonly leaseMs?: number;
  /** Serves the dashboard whose built files are in this directory; it may then be read without the token, but not changed, on loopback. */
  readonly page?: string;
  /** Where trials write: their files are then listed and served. */
  readonly folderOf?: FolderOf;
}

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
/** A worker asks, reports and tells a few times a second at most: room for hundreds of them. */
const DEFAULT_LIMIT: RateLimit = { perSecond: 200, burst: 400 };

/** 256 bits by chance. */
export const newToken = (): string => randomBytes(32).toString('base64url');

interface App {
  readonly app: OpenAPIHono;
  close(): Promise<void>;
}

function createApp({
  storage,
  token,
  host = '127.0.0.1',
  allowHosts = [],
  limit = DEFAULT_LIMIT,
  version,
  leaseMs,
  page,
  folderOf,
}: ServerOptions): App {
  const app = new OpenAPIHono();
  const routes = createRoutes(storage, leaseMs, folderOf);
  app.use(secureHeaders());
  app.use(knownHosts([...LOOPBACK, host, ...allowHosts]));
  app.use(rateLimit(limit, addressOf));
  const readable = page !== undefined && LOOPBACK.includes(host);
  app.use('/api/*', ownOrigin(), bearer(token, { readable }));
  app.use(limitBody());
  app.onError(onError);
  app.notFound((c) =>
    refuse(c, 404, 'not-found', `There is nothing at ${c.req.path}; /openapi.json lists what there is.`),
  );
  app.route('/', routes.app);
  if (page !== undefined) app.use(pageOf(page));
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Attune',
      version,
      description: 'Ask for trials, report measurements, tell results; docs/http-api.md.',
    },
  });
  return { app, close: () => routes.close() };
}

export function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port } = options;
  const own = createApp(options);
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: own.app.fetch, hostname: host, port }, (info) => {
      const shown = host.includes(':') ? `[${host}]` : host;
      resolve({
        url: `http://${shown}:${info.port}`,
        async close() {
          await new Promise<void>((done) => {
            server.close(() => done());
            if ('closeAllConnections' in server) server.closeAllConnections();
          });
          await own.close();
        },
      });
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new TuneError(
          'listen',
          `Cannot listen on ${host}:${port} (${error.code ?? error.message}); name another place by --host and --port.`,
          { host, port },
        ),
      ),
    );
  });
}

/** The client's address, as the socket knows it; headers can be made up. */
function addressOf(env: unknown): string {
  const { incoming } = (env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }; // of the Node adapter; absent in tests without a socket
  return incoming?.socket?.remoteAddress ?? 'unknown';
}
