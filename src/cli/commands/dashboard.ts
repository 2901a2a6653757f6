/** `attune dashboard`: the page of a storage's studies in the browser, until it is interrupted. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openStorage, shownAddress } from '#storage';
import { trialFolder } from '#tune';
import { usage, type ExitCode } from '../failure.ts';
import type { DashboardFlags } from '../flags.ts';
import { writeLine } from '../output.ts';
import { serve } from './serve.ts';

/** Built by Vite, beside the built command. */
const PAGE = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../dist/dashboard/' : './dashboard/', import.meta.url),
);

export async function dashboard({ open, out, ...flags }: DashboardFlags): Promise<ExitCode> {
  const { storage } = flags;
  if (storage === 'memory')
    throw usage('--storage memory holds nothing to show; name a file, as sqlite:attune.db.', { storage });
  // Looking at studies makes no database: one that is not there is refused here.
  await (await openStorage(storage, { readonly: true })).close();
  return serve(flags, {
    directory: PAGE,
    folderOf: (study, number) => trialFolder(out, study, number),
    onReady(address) {
      writeLine(`Dashboard of ${shownAddress(storage)}: ${address.replace(/#.*$/, '')}`);
      writeLine(`With the right to change things (this address holds the token, keep it to yourself): ${address}`);
      if (open === true) openBrowser(address);
    },
  });
}

function openBrowser(address: string): void {
  const [command, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(command ?? 'xdg-open', [...args, address], { stdio: 'ignore', detached: true });
  child.once('error', () => writeLine('No browser could be started; open the address yourself.'));
  child.unref();
}
