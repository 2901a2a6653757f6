/**
 * What a view of a study gets, and all that it may rely on. A view is a React component in `views/`, entered in `views.ts`.
 *
 * - `study` is a new object after each batch of events (at most one a frame): memoise by it. Its records are those of the reducer and are never changed;
 *   `trials` is the reducer's own array, which grows in place, so memoise by `study`, not by `study.trials`.
 * - `selection` are trial numbers, shared by all views and kept in the URL; `onSelect` replaces them (an empty list: nothing is selected).
 * - `options` are the view's own settings as text (`log`, `x`, `metric` …), kept in the URL; `setOption(name, null)` takes one away.
 * - `shown` are the trials that the filter above the view lets through; with no filter all of them.
 * - The content security policy allows no inline styles or scripts: ECharts tooltips need `renderMode: 'richText'`, and no view sets markup from text.
 */
import type { ThemeName } from '#plots';
import type { StudyDefinition, StudyState, TrialRecord } from '#core';

export interface StudyView {
  readonly definition: StudyDefinition;
  readonly trials: readonly TrialRecord[];
  readonly counts: StudyState['counts'];
  readonly finished: StudyState['finished'];
  readonly attributes: StudyState['attributes'];
  /** Events so far; grows with every batch. */
  readonly seq: number;
}

export interface ViewProps {
  readonly study: StudyView;
  readonly shown: readonly TrialRecord[];
  readonly selection: readonly number[];
  readonly onSelect: (numbers: readonly number[]) => void;
  readonly theme: ThemeName;
  readonly options: Readonly<Record<string, string>>;
  readonly setOption: (name: string, value: string | null) => void;
  /** Opens the page of a trial. */
  readonly openTrial: (number: number) => void;
}
