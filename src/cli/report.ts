/**
 * What a run prints when it ends: the rounds as the seed document prints them, the table sorted by result, the best, the bundle and how to use it.
 */
import { asLoss, isFeasible, limitText } from '#core';
import type { Objective, OutcomeLimit, Params, TrialState, Values } from '#core';
import { flatten } from '#space';
import type { DoneEvent, Round, StartedEvent, TrialEvent } from '#tune';
import { oneLine } from './failure.ts';
import {
  capitalize,
  count,
  duration,
  metricNumber,
  paramsText,
  shellWord,
  SHORT_NAMES,
  shortName,
  valueText,
} from '#text';
import type { Screen } from './screen.ts';
import { renderTable } from './table.ts';
import type { Column } from './table.ts';

/**
 * `Round 1: LR=0.001, BS=32, Accuracy=0.7325`. The value is on test; where there is none, on validation, and the line says so. A command's values are what
 * it says they are; that it was pruned is said with the reason.
 */
export function roundLine(
  round: Round,
  objective: string,
  { kind }: Pick<StartedEvent, 'kind'>,
  failure?: string,
): string {
  const settings = Object.entries(flatten(round.params)).map(
    ([path, value]) => `${SHORT_NAMES[path] ?? path}=${valueText(value)}`,
  );
  const onTest = round.test?.[objective];
  const onValidation = round.values?.[objective];
  const result =
    onTest !== undefined
      ? `${capitalize(objective)}=${metricNumber(onTest)}`
      : onValidation !== undefined
        ? `${capitalize(objective)}=${metricNumber(onValidation)}${endText(round, kind)}`
        : `${round.state}${failure === undefined ? '' : `: ${oneLine(failure)}`}`;
  return `Round ${round.number + 1}: ${[...settings, result].join(', ')}`;
}

/** What the value is: of a pruned or paused trial it is not its last word. */
function endText({ state, reason = 'stopped' }: Round, kind: StartedEvent['kind']): string {
  if (state === 'paused' || (state === 'pruned' && kind === 'command')) return ` (${state}: ${oneLine(reason)})`;
  return kind === 'command' ? '' : ' (validation)';
}

export interface TrialRow {
  readonly number: number;
  readonly state: TrialState;
  readonly params: Params;
  readonly values: Values | null;
  readonly test: Values | null;
  readonly epochs: number | null;
  readonly seconds: number | null;
}

/** Complete trials before pruned ones before the rest; within each by the first objective, the best first. */
const STATE_ORDER: Readonly<Record<TrialState, number>> = {
  complete: 0,
  pruned: 1,
  running: 2,
  paused: 3,
  waiting: 4,
  failed: 5,
};

/** The table of trials sorted by result, complete ones that break a limit after those that keep all. A column is there if some trial has something to show in it. */
export function trialTable(
  trials: readonly TrialRow[],
  objectives: readonly Objective[],
  limits: readonly OutcomeLimit[],
  screen: Screen,
): string {
  const [first] = objectives;
  const loss = ({ values }: TrialRow): number => {
    const value = first === undefined ? undefined : values?.[first.name];
    return value === undefined || Number.isNaN(value) || first === undefined
      ? Infinity
      : asLoss(first.direction, value);
  };
  const rows = trials
    .map((trial) => {
      const { params, state, values } = trial;
      const broken = values === null ? [] : limits.filter((limit) => !isFeasible(values, [limit]));
      const order = STATE_ORDER[state] + (state === 'complete' && broken.length > 0 ? 0.5 : 0);
      return { ...trial, flat: flatten(params), order, loss: loss(trial), broken: broken.map(({ metric }) => metric) };
    })
    .sort((a, b) => a.order - b.order || (a.loss === b.loss ? 0 : a.loss - b.loss) || a.number - b.number);

  const columns: (Column & { readonly cell: (row: (typeof rows)[number]) => string })[] = [];
  const add = (
    head: string,
    cell: (row: (typeof rows)[number]) => string,
    options: Omit<Column, 'head'> = {},
  ): void => {
    if (rows.some((row) => cell(row) !== '')) columns.push({ head, align: 'right', cell, ...options });
  };
  const measured = (value: number | undefined): string => (value === undefined ? '' : metricNumber(value));
  add('trial', ({ number }) => String(number));
  for (const { name } of objectives) {
    add(name, ({ values }) => measured(values?.[name]));
    add(`test ${name}`, ({ test }) => measured(test?.[name]), { short: 'test' });
  }
  for (const { metric } of limits)
    if (objectives.every(({ name }) => name !== metric)) add(metric, ({ values }) => measured(values?.[metric]));
  add('breaks', ({ broken }) => broken.join(', '), { align: 'left' });
  if (rows.some(({ state }) => state !== 'complete')) add('state', ({ state }) => state, { align: 'left' });
  for (const path of new Set(rows.flatMap(({ flat }) => Object.keys(flat)))) {
    const numeric = rows.every(({ flat }) => !(path in flat) || typeof flat[path] === 'number');
    add(path, ({ flat }) => (path in flat ? valueText(flat[path]) : ''), {
      align: numeric ? 'right' : 'left',
      short: shortName(path),
    });
  }
  add('epochs', ({ epochs }) => (epochs === null ? '' : String(epochs)), { optional: true });
  add('time', ({ seconds }) => (seconds === null ? '' : duration(seconds)), { optional: true });

  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  return renderTable(columns, cells, screen, {
    mark: objectives.length === 1 && rows[0]?.order === STATE_ORDER.complete ? 0 : -1,
  });
}

/** Everything after the last progress line. */
export function finalReport(
  started: StartedEvent,
  finished: readonly TrialEvent[],
  done: DoneEvent,
  screen: Screen,
): string {
  const { objective } = started;
  const ran = new Map(finished.map((trial) => [trial.number, trial]));
  const { rounds } = done;
  const lines = rounds.map((round) => roundLine(round, objective.name, started, ran.get(round.number)?.error));
  if (rounds.length > 0) {
    const rows = rounds.map((round) => {
      const { epochs = null, seconds = null } = ran.get(round.number) ?? {};
      return { ...round, epochs, seconds };
    });
    lines.push('', trialTable(rows, started.objectives, started.limits, screen));
  }
  if (lines.length > 0) lines.push('');
  lines.push(...bestLines(done, started, screen));
  if (done.bundle !== undefined) {
    lines.push(`Model: ${done.bundle}`, `Predict: attune predict ${shellWord(done.bundle)} FILE`);
  }
  if (done.artifacts !== undefined) lines.push(`Files: ${done.artifacts}`);
  return lines.join('\n');
}

function bestLines(
  done: DoneEvent,
  { kind, objective: { name: objective }, objectives, limits }: StartedEvent,
  { colors }: Screen,
): string[] {
  const complete = done.rounds.filter(({ state }) => state === 'complete');
  if (complete.length > 0 && complete.every(({ values }) => !isFeasible(values ?? {}, limits)))
    return [
      colors.red(`No feasible trial: all ${complete.length} complete ones break ${limits.map(limitText).join(', ')}.`),
    ];
  if (done.front !== undefined && done.front.length > 0)
    return [
      `${colors.bold('Pareto front')}${kind === 'command' ? '' : ', on validation'}:`,
      ...done.front.flatMap(({ number, params, values, bundle, knee }) => [
        `  trial ${number}: ${objectives.map(({ name }) => `${name} ${metricNumber(values[name] ?? NaN)}`).join(', ')}${knee ? ' (knee)' : ''}`,
        `    ${paramsText(params)}`,
        ...(bundle === undefined ? [] : [`    model ${bundle}`]),
      ]),
    ];
  if (done.best === null) return [colors.red(`No trial completed (${count(done.trials, 'trial')}).`)];
  const { number, params, values } = done.best;
  const onTest = done.test?.[objective];
  const measured = [
    `${objective} ${metricNumber(values[objective] ?? NaN)}${kind === 'command' ? '' : ' on validation'}`,
    ...(onTest === undefined ? [] : [`${metricNumber(onTest)} on test`]),
  ].join(', ');
  return [`${colors.bold(`Best: trial ${number}`)}, ${measured}`, `  ${paramsText(params)}`];
}
