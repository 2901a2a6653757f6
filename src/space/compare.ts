/** Whether a study made with one space may go on with another, and if not, why. */
import { describeParam, type Fields } from './param.ts';
import type { Space } from './space.ts';

/**
 * What keeps a study of space `before` from going on with space `now`, in one phrase; null if nothing does.
 * The order of fields and the defaults do not matter: they change no trial that was made.
 */
export function spaceDifference(before: Space, now: Space): string | null {
  return fieldsDifference(before.fields, now.fields, '');
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
