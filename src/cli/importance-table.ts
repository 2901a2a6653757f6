/** How much each parameter (by fanova also pairs of them) decided, as a small table: the most important first, with a bar. */
import { fanova, importance, type Importance } from '#analysis';
import type { StudyState } from '#core';
import { spaceFromJson } from '#space';
import type { ImportanceMethod } from './flags.ts';
import { bar } from './screen.ts';
import type { Screen } from './screen.ts';
import { renderTable } from './table.ts';

/** With fewer complete trials the numbers would say more of chance than of the parameters. */
const LEAST_TRIALS = 10;
const MOST_ROWS = 8;
const BAR = 20;

/** Shares by path, for studies with one objective and enough complete trials; empty for others, and where nothing could differ. */
export function studyImportance(
  { definition, trials, counts }: Pick<StudyState, 'definition' | 'trials' | 'counts'>,
  method: ImportanceMethod = 'ped-anova',
): readonly Importance[] {
  if (definition.objectives.length !== 1 || counts.complete < LEAST_TRIALS) return [];
  const measure = method === 'fanova' ? fanova : importance;
  const rows = measure(spaceFromJson(definition.space), definition.objectives, trials);
  return rows.some((row) => row.importance > 0) ? rows : [];
}

export function importanceTable(rows: readonly Importance[], screen: Screen): string {
  const shown = rows.slice(0, MOST_ROWS);
  const table = renderTable(
    [{ head: 'parameter' }, { head: 'importance', align: 'right' }, { head: '', optional: true }],
    shown.map(({ path, importance: share }) => [
      path,
      `${(100 * share).toFixed(0)} %`,
      bar(share, BAR, { ...screen.glyphs, empty: '' }),
    ]),
    screen,
  );
  const rest = rows.length - shown.length;
  return rest === 0 ? table : `${table}\n${screen.colors.dim(`and ${rest} more of less`)}`;
}
