/**
 * `attune run FILE`: checks what can be checked at once, runs the study, shows it, answers with the exit code of the contract.
 */
import { pruners } from '#pruners';
import { samplers } from '#samplers';
import { shownAddress } from '#storage';
import { shellWord } from '#text';
import type { RunSummary } from '#tune';
import { EXIT, unknownName, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import { onInterrupt } from '../interrupt.ts';
import { createPresenter } from '../presenter.ts';
import type { RunFlags } from '../flags.ts';
import { followers } from '../followers.ts';

export async function run(file: string, flags: RunFlags): Promise<ExitCode> {
  checkName('sampler', flags.sampler, samplers);
  checkName('pruner', flags.pruner, pruners);

  const { runStudy } = await import('#tune');
  const { timeout, json = false, quiet = false, async: unordered, tensorboard: _, mlflow: _mlflow, ...more } = flags;
  const { maxEpochs, maxFailures, maxDisk, maxMemory, ...options } = more;
  const budget = { maxEpochs, maxFailures, maxDisk, maxMemory };
  if (unordered && options.lag !== undefined)
    throw usage('--async has no order, so it takes no --lag; give one of them.');
  const presenter = createPresenter({ file, json, quiet });
  const interrupt = onInterrupt(presenter.note);
  try {
    const follow = await followers(flags, presenter.note);
    const timeoutMs = timeout === undefined ? undefined : timeout * 1000;
    const summary = await runStudy(
      { file, ...options, ...(unordered && { lag: 0 }), budget, timeoutMs, follow, signal: interrupt.signal },
      presenter.onEvent,
    );
    presenter.close();
    if (summary.reason !== 'finished' && summary.resumable) presenter.note(resumeHint(file, flags, summary));
    return exitCode(summary);
  } finally {
    presenter.close();
    interrupt.release();
  }
}

function exitCode({ reason, best, front = [] }: RunSummary): ExitCode {
  if (reason === 'interrupted') return EXIT.interrupted;
  return best === null && front.length === 0 ? EXIT.failed : EXIT.done;
}

function checkName(kind: string, asked: string | undefined, registry: object): void {
  const known = [...new Set(['auto', ...Object.keys(registry)])];
  if (asked !== undefined && !known.includes(asked)) throw unknownName(kind, asked, known);
}

/** The command that goes on with the study: the flags that decide where it lives and how it runs are repeated. */
function resumeHint(file: string, flags: RunFlags, { study, why: phrase }: RunSummary): string {
  const { storage, trials, parallel, epochs, dataDir, out } = flags;
  const shown = storage === undefined ? undefined : shownAddress(storage);
  const repeated = Object.entries({ storage: shown, trials, parallel, epochs, 'data-dir': dataDir, out })
    .filter(([, value]) => value !== undefined)
    .map(([flag, value]) => ` --${flag} ${shellWord(String(value))}`)
    .join('');
  const why = `Ended early: ${phrase}.`;
  if (storage === 'memory') return `${why} The study was kept in memory and is gone.`;
  return `${why} Finished trials are kept. Go on with: attune run ${shellWord(file)} --study ${shellWord(study)} --resume${repeated}`;
}
