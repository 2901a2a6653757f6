/**
 * Finds the rows behind a split. A split shows only sizes and targets; each data set keeps its own storage and finds it here.
 */
import type { Split } from './dataset.ts';

export function splitData<Rows>(
  name: string,
  pairs: readonly (readonly [Split | null, Rows | null])[],
): (split: Split) => Rows {
  const rows = new Map<Split, Rows>();
  for (const [split, data] of pairs) if (split !== null && data !== null) rows.set(split, data);
  return (split) => {
    const found = rows.get(split);
    if (found === undefined) throw new Error(`internal: a split of another data set was given to "${name}"`);
    return found;
  };
}
