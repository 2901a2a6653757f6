/** `attune serve` as a process: what it prints, where its token lies, how it ends. What it answers is tested in src/server. */
import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { attune, CLI, environment, freshDirectory, listing } from './command.ts';

function serve(dir: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', ...args], { cwd: dir, env: environment() });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  const ready = new Promise<string>((resolve) =>
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.split('\n').length > 2) resolve(stdout);
    }),
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ready, ended };
}

const get = (url: string, token: string): Promise<Response> =>
  fetch(`${url}/api/studies`, { headers: { authorization: `Bearer ${token}` } });

describe('attune serve', { timeout: 60_000 }, () => {
  it('prints its address and a new token, answers, and ends on Ctrl-C with exit code 0', async () => {
    const { child, ready, ended } = serve(freshDirectory());
    const text = await ready;
    const [, url = '', token = ''] =
      /^Serving sqlite:attune\.db at (http:\/\/127\.0\.0\.1:\d+), described at \S+\nToken \(shown this once\): (\S{43})\n$/.exec(
        text,
      ) ?? [];
    expect(url).not.toBe('');
    expect((await get(url, token)).status).toBe(200);
    expect((await get(url, `${token}x`)).status).toBe(401);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('writes a new token to a file that only its owner can read, takes it from there the next time, and does not print it', async () => {
    const dir = freshDirectory();
    const first = serve(dir, '--token-file', 'token');
    const text = await first.ready;
    const token = readFileSync(join(dir, 'token'), 'utf8').trim();
    expect(statSync(join(dir, 'token')).mode & 0o777).toBe(0o600);
    expect(text).not.toContain(token);
    first.child.kill('SIGTERM');
    await first.ended;
    const again = await serve(dir, '--token-file', 'token').ready;
    expect((await get(/http:\S+:\d+/.exec(again)?.[0] ?? '', token)).status).toBe(200);
  });

  it.each([
    [['--port', '70000'], '--port wants a port from 0 to 65535; got "70000".'],
    [['--token-file', 'short'], 'short wants one token of 16 characters or more'],
    [['--storage', 'mysql://x'], 'unknown storage "mysql://x"'],
    [['--host', '203.0.113.1', '--port', '0'], 'Cannot listen on 203.0.113.1:0 (EADDRNOTAVAIL)'],
  ])('%j is refused with exit code 2', async (args, sentence) => {
    const dir = freshDirectory();
    writeFileSync(join(dir, 'short'), 'abc\n');
    const before = listing(dir);
    const { code, stdout, stderr } = await attune(dir, 'serve', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    if (!args.includes('--host')) expect(listing(dir)).toEqual(before);
  });
});
