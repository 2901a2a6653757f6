import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataDirs, userCacheDir } from './paths.ts';

test('the cache follows the custom of each system', () => {
  const home = '/h';
  expect(userCacheDir({ env: {}, platform: 'linux', home })).toBe(join(home, '.cache', 'attune'));
  expect(userCacheDir({ env: { XDG_CACHE_HOME: '/x' }, platform: 'linux', home })).toBe(join('/x', 'attune'));
  expect(userCacheDir({ env: {}, platform: 'darwin', home })).toBe(join(home, 'Library', 'Caches', 'attune'));
  expect(userCacheDir({ env: { LOCALAPPDATA: 'L' }, platform: 'win32', home })).toBe(join('L', 'attune', 'Cache'));
});

test('folders are looked up in the order: given, environment, cache', () => {
  const machine = { env: { ATTUNE_DATA_DIR: '/data', XDG_CACHE_HOME: '/cache' }, platform: 'linux', home: '/h' };
  expect(dataDirs(tmpdir(), machine)).toEqual([tmpdir(), '/data', '/cache/attune']);
  expect(dataDirs(undefined, { ...machine, env: { XDG_CACHE_HOME: '/cache' } })).toEqual(['/cache/attune']);
});

test('a given folder that does not exist is refused', () => {
  expect(() => dataDirs(join(tmpdir(), 'no-such-folder'))).toThrow(/no-such-folder does not exist/);
});
