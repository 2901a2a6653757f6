import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { shellCommand, type Handle, type ShellCommandOptions } from './index.ts';
import { createLines } from './lines.ts';

const sh = (script: string, options: ShellCommandOptions = {}): Promise<Handle> =>
  shellCommand(options).start({ entry: '/bin/sh', args: ['-c', script] });

const alive = (pid: number): boolean =>
  spawnSync('ps', ['-o', 'stat=', '-p', String(pid)])
    .stdout.toString()
    .trim()
    .match(/^[^Z]/) !== null;

async function lines(handle: Handle, count: number): Promise<string[]> {
  const got: string[] = [];
  await new Promise<void>((resolve) =>
    handle.onMessage((line) => {
      got.push(String(line));
      if (got.length === count) resolve();
    }),
  );
  return got;
}

test('each line of stdout is a message, the last one without a newline too; both streams are in the output', async () => {
  const handle = await sh('echo one; echo noise >&2; printf "two\\r\\nthree"');
  const got = lines(handle, 3);
  expect(await handle.exited).toMatchObject({ code: 0, signal: null });
  expect(await got).toEqual(['one', 'two', 'three']);
  expect(handle.output()).toContain('noise');
  expect(handle.poll()).toMatchObject({ code: 0 });
});

test('an exit code, and a program that does not exist', async () => {
  expect(await (await sh('echo last words; exit 7')).exited).toMatchObject({ code: 7, output: 'last words\n' });
  await expect(shellCommand().start({ entry: 'no-such-program-anywhere' })).rejects.toThrow(
    /Could not start "no-such-program-anywhere".*ENOENT/,
  );
});

test('stop reaches everything the command started: SIGTERM, and SIGKILL for what ignores it', async () => {
  const handle = await sh(
    'trap "" TERM; sleep 60 & echo $!; (trap "" TERM; while :; do sleep 0.1; done) & echo $!; wait; wait',
  );
  const pids = (await lines(handle, 2)).map(Number);
  const begin = performance.now();
  expect(await handle.stop(300)).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(performance.now() - begin).toBeGreaterThan(290);
  for (const pid of [...pids, handle.pid]) expect(alive(pid)).toBe(false);
});

test('a command that ends on SIGTERM may say a last word', async () => {
  const handle = await sh('trap "echo saved; exit 0" TERM; echo ready; while :; do sleep 0.05; done');
  await lines(handle, 1);
  const last = lines(handle, 1);
  expect(await handle.stop(5000)).toMatchObject({ code: 0, signal: null });
  expect(await last).toEqual(['saved']);
});

test('what a command leaves running when it ends is killed', async () => {
  const handle = await sh('sleep 60 & echo $!');
  const [pid] = await lines(handle, 1);
  expect(await handle.exited).toMatchObject({ code: 0 });
  await expect.poll(() => alive(Number(pid))).toBe(false);
});

test.runIf(process.platform === 'linux')('a process that made a group of its own is killed with the rest', async () => {
  const handle = await sh('set -m; sleep 60 & echo $!; set +m; wait');
  const [pid] = await lines(handle, 1);
  await handle.stop(100);
  await expect.poll(() => alive(Number(pid))).toBe(false);
});

test('a command that takes too long is ended, and its end says so', async () => {
  const handle = await sh('sleep 60', { timeoutMs: 300 });
  expect(await handle.exited).toMatchObject({ signal: 'SIGTERM', limit: 'took longer than 0.3 s' });
});

test.runIf(process.platform === 'linux')(
  'a command whose processes together hold too much memory is ended',
  async () => {
    // Each of two children holds 60 MB; the limit is 100 MB.
    const hold = `"${process.execPath}" -e "const b = Buffer.alloc(60e6, 1); setInterval(() => b[0], 1000)"`;
    const handle = await sh(`${hold} & ${hold} & wait`, { memoryLimitBytes: 100e6 });
    const exit = await handle.exited;
    expect(exit.signal).toBe('SIGKILL');
    expect(exit.limit).toMatch(/^used \d+ MB of memory, more than its limit of 100 MB$/);
  },
);

test('everything printed is appended to the log files', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'attune-logs-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const logs = { stdout: join(dir, 'out'), stderr: join(dir, 'err') };
  await (
    await sh('seq 1 20000; echo bad >&2', { logs })
  ).exited;
  await (
    await sh('echo more', { logs })
  ).exited;
  const text = readFileSync(logs.stdout, 'utf8');
  expect(text.split('\n').slice(0, 2)).toEqual(['1', '2']);
  expect(text.split('\n').slice(-3)).toEqual(['20000', 'more', '']);
  expect(readFileSync(logs.stderr, 'utf8')).toBe('bad\n');
});

test('lines are cut right where characters and chunks do not meet, and endless ones are dropped', () => {
  const got: string[] = [];
  const cut = createLines((line) => got.push(line), 10);
  const bytes = Buffer.from('é1\nzwölf\n' + 'x'.repeat(25) + '\nlast');
  for (const byte of bytes) cut.push(Buffer.of(byte));
  cut.end();
  expect(got).toEqual(['é1', 'zwölf', 'last']);
});
