import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { workerAlive, workerCondition, workerName } from './worker.ts';

test('this process lives, under its own name only', () => {
  expect(workerName()).toMatch(/^.+:\d+:(\d+|\?)$/);
  expect(workerAlive(workerName())).toBe(true);
});

test('a killed child is dead, and a living one is not', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log()'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const name = workerName(child.pid);
  expect(workerAlive(name)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(workerAlive(name)).toBe(false);
});

test.runIf(process.platform === 'linux')('a process id that was given to another process counts as dead', () => {
  expect(workerAlive(`${hostname()}:${process.pid}:1`)).toBe(false);
});

test.runIf(process.platform === 'linux')('a stopped process is known as such until it goes on', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log()'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const name = workerName(child.pid);
  child.kill('SIGSTOP');
  await expect.poll(() => workerCondition(name)).toBe('stopped');
  expect(workerAlive(name)).toBe(true);
  child.kill('SIGCONT');
  await expect.poll(() => workerCondition(name)).toBe('running');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(workerCondition(name)).toBe('gone');
});

test('workers that this machine cannot judge count as alive', () => {
  expect(workerAlive('another-host:1:1')).toBe(true);
  expect(workerAlive('slurm job 17')).toBe(true);
  expect(workerCondition('another-host:1:1')).toBe('unknown');
});
