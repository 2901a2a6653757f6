/** `attune best STUDY`: the best parameters as text that other programs can read, or JSON. */
import { bestTrial, paretoTrials } from '#core';
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
  const single = several ? null : bestTrial(trials, definition.objectives);
  const chosen = several ? paretoTrials(trials, definition.objectives) : single === null ? [] : [single];
  if (json) {
    if (several) writeJson(chosen.map(plain));
    else writeJson(single === null ? null : plain(single));
  }
  if (chosen.length === 0) {
    writeError(`Study "${name}" has no complete trial.`);
    return EXIT.failed;
  }
  if (json) return EXIT.done;
  chosen.forEach((trial, i) => {
    if (i > 0) writeLine('');
    // The value is for people; stdout carries the parameters only, each in full.
    writeNote(
      `trial ${trial.number}: ${Object.entries(trial.values)
        .map(([metric, value]) => `${metric}=${value}`)
        .join(' ')}`,
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
