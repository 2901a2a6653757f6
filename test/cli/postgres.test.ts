/** The built command on a study in PostgreSQL, and what it must never print: the password in the address. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_POSTGRES, startPostgres, WITHOUT_POSTGRES, type PostgresServer } from '../support/postgres-server.ts';
import { attune, freshDirectory, listing, type Outcome } from './command.ts';

const STUDY = `name: shell
command: 'echo "attune: {{\\"score\\": {x}}"'
space: { x: { type: choice, choices: [1, 2, 3, 4] } }
objective: { metric: score, goal: maximize }
sampler: grid
parallel: 1
`;

describe.skipIf(!HAS_POSTGRES)(HAS_POSTGRES ? 'PostgreSQL' : WITHOUT_POSTGRES, { timeout: 120_000 }, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 240_000);
  afterAll(() => server.stop(), 240_000);

  const project = (): string => {
    const dir = freshDirectory();
    writeFileSync(join(dir, 'shell.yaml'), STUDY);
    return dir;
  };
  /** Runs a command on the storage; whatever it says, it does not say the password. */
  async function on(storage: string, dir: string, ...args: readonly string[]): Promise<Outcome> {
    const outcome = await attune(dir, ...args, '--storage', storage);
    expect(`${outcome.stdout}${outcome.stderr}`).not.toContain('secret');
    return outcome;
  }

  it('runs a study, goes on with it, and shows it', async () => {
    const [dir, storage] = [project(), await server.newDatabase()];
    expect(storage).toContain(':secret@');
    const begun = await on(storage, dir, 'run', 'shell.yaml', '--trials', '2', '--quiet');
    expect(begun).toMatchObject({ code: 0 });
    expect(listing(dir).filter((line) => line.includes('attune.db'))).toEqual([]);

    const taken = await on(storage, dir, 'run', 'shell.yaml', '--study', 'shell');
    expect(taken.code).toBe(2);
    expect(taken.stderr).toMatch(/There is a study "shell" in postgres:\/\/tuner@127\.0\.0\.1:\d+\/test\d+ already/);

    const resumed = await on(
      storage,
      dir,
      'run',
      'shell.yaml',
      '--study',
      'shell',
      '--resume',
      '--trials',
      '4',
      '--json',
    );
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'done',
      trials: 4,
      best: { number: 3, params: { x: 4 }, values: { score: 4 } },
    });
    expect((await on(storage, dir, 'studies')).stdout).toContain('shell');
    expect((await on(storage, dir, 'best', 'shell', '--json')).stdout).toContain('"score":4');
    expect(await on(storage, dir, 'show', 'shel')).toMatchObject({ code: 2 });
  });

  it('bad input makes no tables, and reading makes none either', async () => {
    const [dir, storage] = [project(), await server.newDatabase()];
    expect((await on(storage, dir, 'run', 'shell.yaml', '--study', 'shell', '--sampler', 'gird')).code).toBe(2);
    const { code, stderr } = await on(storage, dir, 'studies');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('holds no studies') as string });
  });

  it('a server that is not there is one sentence and exit code 2', async () => {
    const dir = project();
    const { code, stderr } = await on('postgres://tuner:secret@127.0.0.1:1/none', dir, 'run', 'shell.yaml');
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('postgres://tuner@127.0.0.1:1/none cannot be reached (ECONNREFUSED)');
  });
});
