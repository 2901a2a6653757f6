/** Whether a study made with one space may go on with another, and if not, why. */
import { describeConstraint } from './constraint.ts';
import { describeParam, type Fields } from './param.ts';
import type { Space } from './space.ts';

/**
 * What keeps a study of space `before` from going on with space `now`, in one phrase; null if nothing does.
 * The order of fields and the defaults do not matter: they change no trial that was made.
 */
export function spaceDifference(before: Space, now: Space): string | null {
  return fieldsDifference(before.fields, now.fields, '') ?? constraintsDifference(before, now);
}

/** Predicates are compared by name: their code cannot be. */
function constraintsDifference(before: Space, now: Space): string | null {
  const [a, b] = [before, now].map((s) => s.constraints.map(describeConstraint));
  const gone = a?.find((text) => !b?.includes(text));
  if (gone !== undefined) return `the constraint ${gone} is gone`;
  const added = b?.find((text) => !a?.includes(text));
  return added === undefined ? null : `the constraint ${added} is new`;
}

function fieldsDifference(before: Fields, now: Fields, prefix: string): string | null {
  for (const [name, a] of Object.entries(before)) {
    const path = prefix + name;
    const b = now[name];
    if (b === undefined) return `"${path}" was ${describeParam(a)} and is gone`;
    if (a.kind === 'branch' && b.kind === 'branch') {
      const labels = [...new Set([...Object.keys(a.branches), ...Object.keys(b.branches)])];
      for (const label of labels) {
        const [x, y] = [a.branches[label], b.branches[label]];
        if (x === undefined || y === undefined) return `"${path}" was ${describeParam(a)} and is ${describeParam(b)}`;
        const inside = fieldsDifference(x, y, `${path}.${label}.`);
        if (inside !== null) return inside;
      }
    } else if (describeParam(a) !== describeParam(b))
      return `"${path}" was ${describeParam(a)} and is ${describeParam(b)}`;
  }
  const added = Object.entries(now).find(([name]) => before[name] === undefined);
  return added === undefined ? null : `"${prefix}${added[0]}" is new: ${describeParam(added[1])}`;
}
