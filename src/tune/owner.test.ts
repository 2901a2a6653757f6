import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ownerState, thisOwner } from './owner.ts';

test('this process is alive under its own name', () => {
  expect(thisOwner()).toMatch(new RegExp(`/${process.pid}/`));
  expect(ownerState(thisOwner())).toBe('alive');
});

test('a process that has ended is dead', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  const owner = thisOwner().replace(`/${process.pid}/`, `/${child.pid}/`);
  await once(child, 'exit');
  expect(ownerState(owner)).toBe('dead');
});

test.runIf(process.platform === 'linux')('another process with the same pid is not the owner', () => {
  expect(ownerState(thisOwner().replace(/\d+$/, '1'))).toBe('dead');
});

test('of a process on another host nothing is known', () => {
  expect(ownerState('elsewhere/1/2')).toBe('foreign');
  expect(ownerState('main')).toBe('foreign');
});
