/**
 * A PostgreSQL server of a test's own: from Debian's packages, in a new directory, on a port of loopback that the system chose; its owner stops it.
 * The server refuses to run as root: then it runs as the user `postgres` that the package made.
 */
import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** Where `initdb` and `pg_ctl` are, of the newest version; null where there are none. */
const BIN = ['/usr/lib/postgresql']
  .filter((root) => existsSync(root))
  .flatMap((root) =>
    readdirSync(root)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(root, version, 'bin')),
  )
  .find((bin) => existsSync(join(bin, 'initdb')));

export const HAS_POSTGRES = BIN !== undefined;
/** The title of what is skipped without a server. */
export const WITHOUT_POSTGRES = 'PostgreSQL (skipped: no server in /usr/lib/postgresql; apt-get install postgresql)';

export interface PostgresServer {
  /** The address of a new, empty database; its files lie in the directory, if one is given, which becomes the tablespace `small`. */
  newDatabase(directory?: string): Promise<string>;
  /** Crashes the server (all its processes end at once), waits for `pauseMs`, and starts it again: it recovers from its log. */
  restart(pauseMs: number): Promise<void>;
  stop(): void;
}

/** `durable`: commits wait for the disk, as they do in earnest; without it a server is set up sooner, and survives all but a crash of the system. */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  if (BIN === undefined) throw new Error(WITHOUT_POSTGRES);
  const bin = BIN;
  const dir = mkdtempSync(join(tmpdir(), 'attune-postgres-'));
  const root = process.getuid?.() === 0;
  const options: ExecFileSyncOptionsWithStringEncoding = { cwd: dir, stdio: 'pipe', encoding: 'utf8' };
  const run = (program: string, ...args: readonly string[]): void => {
    const command = [join(bin, program), ...args];
    if (root) execFileSync('runuser', ['-u', 'postgres', '--', ...command], options);
    else execFileSync(command[0] ?? '', command.slice(1), options);
  };
  if (root) execFileSync('chown', ['postgres', dir]);
  const data = join(dir, 'data');
  const log = join(dir, 'log');
  run('initdb', '-A', 'trust', '-U', 'tuner', '--no-sync', '-D', data);
  const start = (port: number): void => {
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${dir} -c fsync=${durable ? 'on' : 'off'}`;
    // With stdout of its own: the server would keep ours open.
    run('pg_ctl', '-D', data, '-l', log, '-s', '-w', '-t', '120', '-o', settings, 'start');
  };
  const stop = (): void => run('pg_ctl', '-D', data, '-s', '-w', '-t', '120', '-m', 'immediate', 'stop');
  const port = await startOnFreePort(start, log);
  const url = (database: string): string => `postgres://tuner:secret@127.0.0.1:${port}/${database}`;
  let databases = 0;
  return {
    async newDatabase(directory) {
      const name = `test${databases++}`;
      if (directory !== undefined && root) execFileSync('chown', ['postgres', directory]);
      const client = new pg.Client({ connectionString: url('postgres') });
      await client.connect();
      try {
        if (directory !== undefined) await client.query(`create tablespace small location '${directory}'`);
        await client.query(`create database ${name}${directory === undefined ? '' : ' tablespace small'}`);
      } finally {
        await client.end();
      }
      return url(name);
    },
    async restart(pauseMs) {
      stop();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      start(port);
    },
    stop() {
      stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A port that was free a moment ago may be taken since: then another one. */
async function startOnFreePort(start: (port: number) => void, log: string): Promise<number> {
  for (let left = 5; ; left--) {
    const port = await freePort();
    try {
      start(port);
      return port;
    } catch (error) {
      const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
      if (left === 0 || !said.includes('Address already in use')) throw new Error(said, { cause: error });
    }
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
