/** A study goes on in another space. */
import type { StudyEvent } from '#core';
import { completed, fits, fixedChanges, planEdit, readFixed, restrict, type Space } from '#space';
import type { StudyLog } from './study-log.ts';

export function editSpace(log: StudyLog, next: Space, fixed: Readonly<Record<string, unknown>>): Promise<void> {
  return log.takeTurn(async () => {
    await log.readOn();
    log.knowPredicates(next.constraints);
    for (;;) {
      const plan = planEdit(log.space, next);
      const held = readFixed(plan.space, fixed);
      restrict(plan.space, held); // refuses what constraints rule out
      const changes = [...plan.changes, ...fixedChanges(log.state.definition.fixed ?? {}, held)];
      if (changes.length === 0) return;
      const at = log.now();
      const { space, fill } = plan;
      const unfit = [...log.state.waiting].filter(
        (number) => !fits(space, completed(log.state.trials[number]?.params ?? {}, fill)),
      );
      const events: StudyEvent[] = [
        { type: 'spaceEdited', at, space: space.toJSON(), fixed: held, fill, changes },
        ...unfit.map((number): StudyEvent => {
          const error = { message: 'its parameters do not fit the space any more' };
          return { type: 'trialFinished', at, number, result: { state: 'failed', error } };
        }),
      ];
      if (await log.append(events)) return;
    }
  });
}
