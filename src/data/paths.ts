/**
 * Where data sets are looked up: the given folder, $ATTUNE_DATA_DIR, then the user's cache, each as DIR/NAME/.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { TuneError } from '#math';

interface Machine {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
  readonly home?: string;
}

/** The cache of this user: $XDG_CACHE_HOME/attune, ~/Library/Caches/attune, %LOCALAPPDATA%\attune\Cache, else ~/.cache/attune. */
export function userCacheDir({
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: Machine = {}): string {
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && xdg !== '') return join(xdg, 'attune');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'attune');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'attune', 'Cache');
  return join(home, '.cache', 'attune');
}

/** Folders to look in, in order. A folder named by the caller must exist: a typing error is not answered by a download. */
export function dataDirs(dataDir?: string, machine: Machine = {}): string[] {
  if (dataDir !== undefined && !existsSync(dataDir)) {
    throw new TuneError('dataDir', `The data folder ${resolve(dataDir)} does not exist.`, { path: resolve(dataDir) });
  }
  const fromEnvironment = (machine.env ?? process.env)['ATTUNE_DATA_DIR'];
  return [dataDir, fromEnvironment, userCacheDir(machine)]
    .filter((dir): dir is string => dir !== undefined && dir !== '')
    .map((dir) => resolve(dir));
}
