/** The HTTP server of the ask-and-tell API. */
export { newToken, startServer, type RunningServer, type ServerOptions } from './server.ts';
