/** `attune best STUDY`: the best parameters as text that other programs can read, or JSON. */
import { bestTrial, isFeasible, kneeTrial, limitText, paretoTrials } from '#core';
import type { CompleteTrial } from '#core';
import { flatten } from '#space';
import { EXIT } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import { writeError, writeJson, writeNote, writeLine } from '../output.ts';
import type { ReadFlags } from '../flags.ts';
import { readStudy } from '../study-reader.ts';

export async function best(name: string, { storage, json }: ReadFlags): Promise<ExitCode> {
  const { definition, trials } = await readStudy(storage, name);
  const several = definition.objectives.length > 1;
  const single = several ? null : bestTrial(trials, definition.objectives, definition.limits);
  const chosen = several
    ? paretoTrials(trials, definition.objectives, definition.limits)
    : single === null
      ? []
      : [single];
  const knee = several ? kneeTrial(chosen, definition.objectives) : null;
  if (json) {
    if (several) writeJson(chosen.map((trial) => ({ ...plain(trial), knee: trial === knee })));
    else writeJson(single === null ? null : plain(single));
  }
  if (chosen.length === 0) {
    const { limits = [] } = definition;
    const complete = trials.filter((trial) => trial.state === 'complete');
    writeError(
      complete.some(({ values }) => !isFeasible(values, limits))
        ? `No complete trial of study "${name}" keeps ${limits.map(limitText).join(', ')}.`
        : `Study "${name}" has no complete trial.`,
    );
    return EXIT.failed;
  }
  if (json) return EXIT.done;
  chosen.forEach((trial, i) => {
    if (i > 0) writeLine('');
    // The value is for people; stdout carries the parameters only, each in full.
    writeNote(
      `trial ${trial.number}: ${Object.entries(trial.values)
        .map(([metric, value]) => `${metric}=${value}`)
        .join(' ')}${trial === knee ? ' (knee of the front)' : ''}`,
    );
    for (const [path, value] of Object.entries(flatten(trial.params))) writeLine(`${path}=${String(value)}`);
  });
  return EXIT.done;
}

const plain = ({ number, params, values }: CompleteTrial): Pick<CompleteTrial, 'number' | 'params' | 'values'> => ({
  number,
  params,
  values,
});
