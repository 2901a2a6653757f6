import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { childProcess, type Handle } from './index.ts';

const entry = new URL('fixtures/child.ts', import.meta.url).href;
const start = (...args: string[]): Promise<Handle> =>
  childProcess().start({ entry, args, nodeArgs: ['--import', 'tsx'] });
const nextMessage = (handle: Handle): Promise<unknown> => new Promise((resolve) => handle.onMessage(resolve));

/** 'gone' also means reaped: a zombie still answers to signal 0. */
const gone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

/** The child of a killed parent is reaped by init, which the test cannot hurry: for it, dead is enough. */
const dead = (pid: number): boolean =>
  gone(pid) || (process.platform === 'linux' && /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));

async function within(ms: number, isTrue: () => boolean): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20)) if (isTrue()) return true;
  return isTrue();
}

test('messages go both ways and keep NaN, Infinity and typed arrays', async () => {
  const handle = await start('echo');
  expect(await nextMessage(handle)).toBe('ready');
  const message = { loss: NaN, worst: -Infinity, weights: Float32Array.of(1, 2) };
  handle.send(message);
  expect(await nextMessage(handle)).toEqual({ echo: message });
  expect(handle.poll()).toBeNull();
  await handle.stop();
});

test('messages that came before the first listener are kept', async () => {
  const handle = await start('echo');
  await sleep(1500);
  expect(await nextMessage(handle)).toBe('ready');
  await handle.stop();
});

test('a child that ends is reaped, with its exit code and the last 8 kB of what it printed', async () => {
  const handle = await start('print', '3');
  const exit = await handle.exited;
  expect(exit).toMatchObject({ code: 3, signal: null, outOfMemory: false });
  expect(exit.output.length).toBe(8192);
  expect(exit.output).toContain('last line of stdout\n');
  expect(exit.output).toContain('last line of stderr\n');
  expect(handle.poll()).toBe(exit);
  expect(gone(handle.pid)).toBe(true);
  handle.send('dropped in silence');
});

test('a module that does not exist is an exit with the reason in its output', async () => {
  const handle = await childProcess().start({ entry: '/nowhere/worker.js' });
  expect(await handle.exited).toMatchObject({
    code: 1,
    output: expect.stringContaining('/nowhere/worker.js') as unknown,
  });
});

test('a start in a directory that does not exist is refused', async () => {
  await expect(childProcess().start({ entry: fileURLToPath(entry), cwd: '/nowhere' })).rejects.toThrow(
    /Could not start a worker process/,
  );
});

test('stop ends a child that ignores SIGTERM by SIGKILL after the grace time', async () => {
  const handle = await start('stubborn');
  await nextMessage(handle);
  const begin = performance.now();
  expect(await handle.stop(300)).toMatchObject({ code: null, signal: 'SIGKILL' });
  const tookMs = performance.now() - begin;
  expect(tookMs).toBeGreaterThan(290);
  expect(tookMs).toBeLessThan(5000); // the usual grace time
  expect(gone(handle.pid)).toBe(true);
  expect(await handle.stop()).toMatchObject({ signal: 'SIGKILL' });
});

test('a child killed from outside is reaped at once', async () => {
  const handle = await start('echo');
  await nextMessage(handle);
  process.kill(handle.pid, 'SIGKILL');
  expect(await handle.exited).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(gone(handle.pid)).toBe(true);
});

test.each([
  ['waits for messages', 'echo'],
  ['blocks its thread in every step, as training does', 'steps'],
  ['never returns to its event loop', 'busy'],
])('a child that %s ends when its parent is killed by SIGKILL', async (_, task) => {
  const parent = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('fixtures/parent.ts', import.meta.url)), task],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const pid = await new Promise<number>((resolve) => {
    let text = '';
    parent.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(Number(text));
    });
  });
  await sleep(500);
  expect(dead(pid)).toBe(false);
  parent.kill('SIGKILL');
  try {
    expect(await within(8000, () => dead(pid))).toBe(true);
  } finally {
    if (!dead(pid)) process.kill(pid, 'SIGKILL');
  }
});
