/** What a run says about the search itself: values that are fixed, and whether a resumed study goes on in the space of the file as it is now. */
import { TuneError, type StudyDefinition } from '#core';
import { fixedChanges, planEdit, spaceFromJson } from '#space';
import type { Study } from '#study';
import type { RunOptions } from './run-options.ts';
import type { Tuned } from './tuned.ts';

/** Refuses to go on with a study whose space or fixed values are others, unless they are to be edited; the sentence says what would change. */
export function checkEdit(
  { space, fixed }: Tuned,
  { file, editSpace = false }: RunOptions,
  { name, space: stored, fixed: before = {} }: StudyDefinition,
): void {
  const changes = [
    ...planEdit(spaceFromJson(stored), space).changes,
    ...(fixed === null && !editSpace ? [] : fixedChanges(before, fixed ?? {})),
  ];
  if (changes.length > 0 && !editSpace)
    throw new TuneError(
      'usage',
      `The study "${name}" was begun with another space than ${file} has now: ${changes.join('; ')}. Go on in the new one by --edit-space, which keeps all trials.`,
      { name, changes },
    );
}

/** Edits the study if that was asked for. */
export async function applyEdit(
  study: Study,
  { space, fixed }: Tuned,
  { editSpace = false }: RunOptions,
): Promise<void> {
  if (editSpace) await study.edit(space, { fixed: fixed ?? {} });
}
