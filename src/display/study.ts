/** How a study, its trials and one trial are seen in a notebook or REPL: the best ones in a table, the search as a small chart, all of it in a few lines of text. */
import { bestSoFar } from '#analysis';
import {
  asLoss,
  bestTrial,
  isFinished,
  kneeTrial,
  limitText,
  paretoTrials,
  type Objective,
  type StudyDefinition,
  type TrialRecord,
  type TrialState,
} from '#core';
import { flatten } from '#space';
import { count, metricNumber, paramsText, valueText } from '#text';
import { headHtml, lineHtml, numberCell, tableHtml, textCell, type Cell } from './html.ts';
import type { Shown } from './hooks.ts';
import { smallChart } from './small-chart.ts';

/** What is shown of: a `Study`, a `StudyState`. */
export interface Displayed {
  readonly definition: StudyDefinition;
  readonly trials: readonly TrialRecord[];
}

/** So many trials stand in a table. */
const ROWS = 10;

export function studyShown({ definition, trials }: Displayed): Shown {
  const { name, objectives, limits = [] } = definition;
  const [objective] = objectives;
  const aims = objectives.map(({ name, direction }) => `${direction} ${name}`).join(', ');
  const kept = limits.length === 0 ? '' : `, keeping ${limits.map(limitText).join(', ')}`;
  const head = `Study ${name}: ${countsText(trials)}; ${aims}${kept}`;
  const front = objectives.length > 1 ? paretoTrials(trials, objectives, limits) : [];
  const best =
    objectives.length > 1 ? (kneeTrial(front, objectives) ?? front[0] ?? null) : bestTrial(trials, objectives, limits);
  const found =
    best === null
      ? 'No trial is complete yet.'
      : `${objectives.length > 1 ? `${count(front.length, 'trial')} not dominated; balanced` : 'Best'}: ${recordText(best, objectives)}`;
  const svg =
    objective === undefined
      ? null
      : objectives.length > 1
        ? frontSvg(trials, objectives)
        : historySvg(trials, objective);
  const top = objectives.length > 1 ? front : bestFirst(trials, objective).slice(0, ROWS);
  return {
    text: `${head}\n  ${found}`,
    html:
      `<div>${headHtml(head)}${lineHtml(found)}${svg ?? ''}` +
      (top.length === 0 ? '' : trialsTable(top.slice(0, ROWS), objectives)) +
      (front.length > ROWS
        ? lineHtml(`The first ${ROWS} of ${count(front.length, 'trial')} that no other dominates.`)
        : '') +
      '</div>',
    ...(svg !== null && { svg }),
  };
}

/** The records of a study as a table, the last ones in full. */
export function trialsShown({ definition, trials }: Displayed): Shown {
  const { objectives } = definition;
  const last = trials.slice(-ROWS);
  const head = countsText(trials) + (last.length < trials.length ? `, the last ${last.length}:` : '');
  return {
    text: [head, ...last.map((trial) => `  ${recordText(trial, objectives)}`)].join('\n'),
    html: `<div>${headHtml(head)}${last.length === 0 ? '' : trialsTable(last, objectives)}</div>`,
  };
}

/** `note` is set before the parameters: what only a handle knows. */
export function trialShown(trial: TrialRecord, { objectives }: Pick<StudyDefinition, 'objectives'>): Shown {
  const text = recordText(trial, objectives);
  const reason = reasonOf(trial);
  const [objective] = objectives;
  const points = trial.measurements.flatMap(({ step, values }): [number, number][] => {
    const value = objective === undefined ? undefined : values[objective.name];
    return value === undefined ? [] : [[step, value]];
  });
  const svg =
    objective === undefined || points.length < 2
      ? null
      : smallChart({
          description: `${objective.name} by step of trial ${trial.number}`,
          x: 'step',
          y: objective.name,
          points,
          line: { points, steps: false },
        });
  const params = Object.entries(flatten(trial.params)).map(([path, value]) => [textCell(path), valueCell(value)]);
  return {
    text: reason === null ? text : `${text}\n  ${reason}`,
    html:
      `<div>${headHtml(`Trial ${trial.number}: ${trial.state}${resultText(trial, objectives)}`)}` +
      `${reason === null ? '' : lineHtml(reason)}${svg ?? ''}${tableHtml([], params)}</div>`,
    ...(svg !== null && { svg }),
  };
}

/** `9 trials: 8 complete, 1 pruned`. */
function countsText(trials: readonly TrialRecord[]): string {
  const counts = new Map<TrialState, number>();
  for (const { state } of trials) counts.set(state, (counts.get(state) ?? 0) + 1);
  return (
    count(trials.length, 'trial') +
    (counts.size === 0 ? '' : `: ${[...counts].map(([state, n]) => `${n} ${state}`).join(', ')}`)
  );
}

/** `trial 5, complete, accuracy 0.9912: learningRate=0.003 batchSize=32`. */
const recordText = (trial: TrialRecord, objectives: readonly Objective[]): string =>
  `trial ${trial.number}, ${trial.state}${resultText(trial, objectives)}: ${paramsText(trial.params)}`;

/** `, accuracy 0.9912`, or what it last reported. */
function resultText(trial: TrialRecord, objectives: readonly Objective[]): string {
  const { measurements } = trial;
  if (trial.state === 'complete') return objectives.map(({ name }) => `, ${name} ${valueOf(trial, name)}`).join('');
  const last = measurements.at(-1);
  if (last === undefined) return '';
  return `, ${objectives.map(({ name }) => `${name} ${valueOf(trial, name)}`).join(', ')} at step ${last.step}`;
}

/** The result, else the last value reported. */
function valueOf(trial: TrialRecord, name: string): string {
  const value =
    ('values' in trial ? trial.values?.[name] : undefined) ??
    trial.measurements.findLast(({ values }) => name in values)?.values[name];
  return value === undefined ? '–' : metricNumber(value);
}

function reasonOf(trial: TrialRecord): string | null {
  if (trial.state === 'pruned' || trial.state === 'paused') return trial.reason;
  return trial.state === 'failed' ? trial.error.message : null;
}

const bestFirst = (trials: readonly TrialRecord[], objective: Objective | undefined): TrialRecord[] =>
  objective === undefined
    ? []
    : trials
        .flatMap((trial) =>
          trial.state === 'complete'
            ? [{ trial, loss: asLoss(objective.direction, trial.values[objective.name] ?? NaN) }]
            : [],
        )
        .sort((a, b) => a.loss - b.loss || a.trial.number - b.trial.number)
        .map(({ trial }) => trial);

function trialsTable(trials: readonly TrialRecord[], objectives: readonly Objective[]): string {
  const flat = trials.map(({ params }) => flatten(params));
  const paths = [...new Set(flat.flatMap((params) => Object.keys(params)))];
  const rows = trials.map((trial, i) => [
    numberCell(String(trial.number)),
    textCell(trial.state),
    ...objectives.map(({ name }) => numberCell(valueOf(trial, name))),
    ...paths.map((path) => valueCell(flat[i]?.[path])),
  ]);
  return tableHtml(['trial', 'state', ...objectives.map(({ name }) => name), ...paths], rows);
}

const valueCell = (value: unknown): Cell =>
  value === undefined
    ? textCell('–')
    : typeof value === 'number'
      ? numberCell(valueText(value))
      : textCell(valueText(value));

function historySvg(trials: readonly TrialRecord[], objective: Objective): string | null {
  const finished = trials.filter(isFinished);
  const best = bestSoFar(trials, objective);
  const points = finished.flatMap((trial): [number, number][] =>
    trial.state === 'complete' ? [[trial.number, trial.values[objective.name] ?? NaN]] : [],
  );
  const line = finished.map(({ number }, i): [number, number] => [number, best[i] ?? NaN]);
  const last = best.at(-1) ?? NaN;
  const description = `${objective.name} of ${count(points.length, 'complete trial')} by number, and the best so far: ${metricNumber(last)}`;
  return smallChart({ description, x: 'trial', y: objective.name, points, line: { points: line, steps: true } });
}

/** The first two objectives against each other. */
function frontSvg(trials: readonly TrialRecord[], [first, second]: readonly Objective[]): string | null {
  if (first === undefined || second === undefined) return null;
  const points = trials.flatMap((trial): [number, number][] =>
    trial.state === 'complete' ? [[trial.values[first.name] ?? NaN, trial.values[second.name] ?? NaN]] : [],
  );
  const description = `${second.name} against ${first.name} of ${count(points.length, 'complete trial')}`;
  return smallChart({ description, x: first.name, y: second.name, points });
}
