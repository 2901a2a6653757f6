/** `attune serve`: the HTTP API on a storage, until it is interrupted. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { newToken, startServer } from '#server';
import { openStorage, shownAddress } from '#storage';
import manifest from '../../../package.json' with { type: 'json' };
import { EXIT, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import type { ServeFlags } from '../flags.ts';
import { onInterrupt } from '../interrupt.ts';
import { writeLine, writeNote } from '../output.ts';

/** A token that could be guessed is no token. */
const SHORTEST_TOKEN = 16;

export interface ServedPage {
  /** Where its built files are. */
  readonly directory: string;
  /** Where a trial writes its logs and files. */
  readonly folderOf: (study: string, number: number) => string;
  /** Called with the page's address, whose fragment holds the token. */
  readonly onReady: (address: string) => void;
}

/** With `page` the dashboard is served beside the API. */
export async function serve(
  { storage: url, host, port, tokenFile, allowHost }: ServeFlags,
  page?: ServedPage,
): Promise<ExitCode> {
  const token = tokenFile === undefined ? newToken() : tokenIn(tokenFile);
  const storage = await openStorage(url);
  try {
    const server = await startServer({
      storage,
      token,
      host,
      port,
      allowHosts: allowHost ?? [],
      version: manifest.version,
      ...(page && { page: page.directory, folderOf: page.folderOf }),
    });
    if (page !== undefined) page.onReady(`${server.url}/#token=${token}`);
    else {
      writeLine(`Serving ${shownAddress(url)} at ${server.url}, described at ${server.url}/openapi.json`);
      writeLine(tokenFile === undefined ? `Token (shown this once): ${token}` : `Token: in ${tokenFile}`);
    }
    if (!['127.0.0.1', 'localhost', '::1'].includes(host))
      writeNote('This is plain HTTP and other machines can reach it: put a proxy that speaks TLS before it.');
    const { signal, release } = onInterrupt(() => undefined);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    release();
    await server.close();
    return EXIT.done;
  } finally {
    await storage.close();
  }
}

/** The token in the file; a new one is written to a file that is not there, readable by its owner alone. */
function tokenIn(file: string): string {
  if (!existsSync(file)) {
    const token = newToken();
    try {
      writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      throw usage(
        `The token cannot be written to ${file}: ${error instanceof Error ? error.message : String(error)}.`,
        { file },
      );
    }
    return token;
  }
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw usage(`The token in ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, {
      file,
    });
  }
  if (token.length < SHORTEST_TOKEN || /\s/.test(token))
    throw usage(
      `${file} wants one token of ${SHORTEST_TOKEN} characters or more without blanks; remove the file to have one made.`,
      { file },
    );
  return token;
}
