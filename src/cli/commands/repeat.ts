/** `attune repeat STUDY`: runs the parameters of the best trial, or of another, again with other seeds, and says how much of the result was chance. */
import { repeatsOf } from '#analysis';
import { bestTrial } from '#core';
import { repeatsText } from '#text';
import { EXIT, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import type { RepeatFlags } from '../flags.ts';
import { onInterrupt } from '../interrupt.ts';
import { writeLine } from '../output.ts';
import { createPresenter } from '../presenter.ts';
import { readStudy } from '../study-reader.ts';

export async function repeat(name: string, flags: RepeatFlags): Promise<ExitCode> {
  const { trial = null, times, json = false, quiet = false, ...options } = flags;
  const { source, objectives } = (await readStudy(flags.storage, name)).definition;
  if (source === undefined)
    throw usage(
      `The study "${name}" was made in code, so there is no file to run; enqueue its parameters in that code.`,
      {
        name,
      },
    );
  const { runStudy } = await import('#tune');
  const presenter = createPresenter({ file: source, json, quiet });
  const interrupt = onInterrupt(presenter.note);
  try {
    const summary = await runStudy(
      {
        ...options,
        file: source,
        study: name,
        resume: true,
        repeat: { trial, times },
        pruner: 'none',
        signal: interrupt.signal,
      },
      presenter.onEvent,
    );
    presenter.close();
    if (summary.reason === 'interrupted') return EXIT.interrupted;
  } finally {
    presenter.close();
    interrupt.release();
  }
  const { trials, definition } = await readStudy(flags.storage, name);
  const [objective] = objectives;
  const asked = trial === null ? bestTrial(trials, objectives, definition.limits) : trials[trial];
  const repeats = asked?.state === 'complete' && objective ? repeatsOf(asked, trials, objective.name) : null;
  if (repeats === null || objective === undefined) return EXIT.failed;
  if (!json) writeLine(repeatsText(repeats, objective.name));
  return EXIT.done;
}
