/**
 * What a colleague wants to know of a study: what was found, what was searched and how, which trials failed and why, how to run it again.
 * Everything comes from the study's records; what was not recorded (the environment of an older study, say) is left out, not guessed.
 */
import { importance, repeatsOf } from '#analysis';
import {
  asLoss,
  bestTrial,
  isFinished,
  paretoTrials,
  type CompleteTrial,
  type Json,
  type Objective,
  type StudyDefinition,
  type StudyState,
  type TrialRecord,
} from '#core';
import { curvesPlot, historyPlot, importancePlot, parallelPlot, paretoPlot, slicePlot, timelinePlot } from '#plots';
import { describeParam, flatten, spaceFromJson } from '#space';
import { count, duration, groupedNumber, metricNumber, repeatsText, shellWord, valueText } from '#text';
import { heading, paragraph, type Block, type Report } from './block.ts';

/** Importance of fewer complete trials says more of chance than of the parameters. */
const LEAST_FOR_IMPORTANCE = 10;
/** Rows of the table of trials, the best first. */
const MOST_TRIALS = 100;

type Study = Pick<StudyState, 'definition' | 'trials' | 'finished' | 'attributes' | 'counts'>;

export function studyReport(study: Study): Report {
  return {
    title: study.definition.name,
    blocks: [
      ...found(study),
      ...searched(study),
      ...how(study),
      ...plots(study),
      ...table(study),
      ...failures(study),
      ...again(study),
    ],
  };
}

const isComplete = (trial: TrialRecord): trial is CompleteTrial => trial.state === 'complete';

function found({ definition: { name: study, objectives }, trials, counts, finished }: Study): Block[] {
  const done = trials.filter(isFinished);
  const worked = done.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0) / 1000;
  const began = done.reduce((least, { startedAt }) => Math.min(least, startedAt), Infinity);
  const ended = done.reduce((most, { endedAt }) => Math.max(most, endedAt), -Infinity);
  const open = counts.running + counts.waiting + counts.paused;
  const summary =
    `${count(counts.complete, 'trial')} complete, ${groupedNumber(counts.pruned)} pruned, ${groupedNumber(counts.failed)} failed` +
    (open > 0 ? `, ${open} not finished` : '') +
    (done.length > 0 ? `; ${duration(worked)} of work in ${duration((ended - began) / 1000)}` : '') +
    (finished === null ? '.' : `; ended: ${finished.reason.replace(/\.$/, '')}.`);
  const blocks = [paragraph(summary), heading(objectives.length === 1 ? 'Best' : 'Not dominated')];
  if (counts.complete === 0) return [...blocks, paragraph('No trial is complete yet.')];
  if (objectives.length > 1) {
    const front = [...paretoTrials(trials, objectives)].sort((a, b) => a.number - b.number);
    return [...blocks, trialsTable(front, objectives)];
  }
  const best = bestTrial(trials, objectives);
  const [objective] = objectives;
  if (best === null || objective === undefined) return [...blocks, paragraph('No complete trial has a value.')];
  return [...blocks, ...bestBlocks(best, objective, trials, study)];
}

function bestBlocks(best: CompleteTrial, objective: Objective, trials: readonly TrialRecord[], study: string): Block[] {
  const { name } = objective;
  const test = best.attributes['test'];
  const onTest =
    typeof test === 'object' && test !== null && name in test ? (test as Record<string, Json>)[name] : null; // JSON by name
  const sentence =
    `Trial ${best.number}: ${name} ${metricNumber(best.values[name] ?? NaN)}` +
    (typeof onTest === 'number' ? ` on validation, ${metricNumber(onTest)} on test.` : '.');
  const repeats = repeatsOf(best, trials, name);
  return [
    paragraph(sentence),
    paragraph(
      repeats === null
        ? `These parameters ran once: how much of the result is chance, "attune repeat ${study}" tells.`
        : repeatsText(repeats, name),
    ),
    {
      kind: 'table',
      head: ['parameter', 'value'],
      rows: Object.entries(flatten(best.params)).map(([path, value]) => [path, valueText(value)]),
    },
  ];
}

function searched({ definition: { space, objectives }, trials, counts }: Study): Block[] {
  const parsed = spaceFromJson(space);
  const isTold = counts.complete >= LEAST_FOR_IMPORTANCE;
  const shares = objectives.map(
    ({ name }) =>
      new Map(
        (isTold ? importance(parsed, objectives, trials, { objective: name }) : []).map(
          ({ path, importance: share }) => [path, share],
        ),
      ),
  );
  const percent = (share: number | undefined): string => (share === undefined ? '' : `${(100 * share).toFixed(0)} %`);
  return [
    heading('What was searched'),
    paragraph(objectives.map(({ direction, name }) => `${direction} ${name}`).join(', ')),
    {
      kind: 'table',
      head: ['parameter', 'range', ...(isTold ? objectives.map(({ name }) => `importance for ${name}`) : [])],
      rows: parsed.dimensions.map(({ path, param }) => [
        path,
        describeParam(param),
        ...(isTold ? shares.map((share) => percent(share.get(path))) : []),
      ]),
    },
  ];
}

function how({ definition: { sampler, pruner, seed, hints }, trials }: Study): Block[] {
  // What a sampler says of its choice changes when it changes its mind.
  const reasons = [
    ...new Map(trials.flatMap(({ note, number }) => (note ? [[note, number] as const] : [])).reverse()),
  ].reverse();
  return [
    heading('How'),
    {
      kind: 'table',
      head: ['', ''],
      rows: [
        ['sampler', sampler],
        ['pruner', pruner],
        ['seed', seed],
        ...(hints.trials === undefined ? [] : [['planned trials', hints.trials]]),
        ...(hints.maxSteps === undefined ? [] : [['last step of a trial', hints.maxSteps]]),
      ],
    },
    ...reasons.map(([note, number]) => paragraph(`From trial ${number} on: ${note}`)),
  ];
}

function plots(study: Study): Block[] {
  const { definition, trials, counts } = study;
  if (counts.complete === 0) return [];
  const charts = [
    ...definition.objectives.map(({ name }) => historyPlot(study, { objective: name })),
    ...(definition.objectives.length > 1 ? [paretoPlot(study)] : []),
    ...(trials.some(({ measurements }) => measurements.length > 1) ? [curvesPlot(study, { limit: 30 })] : []),
    ...(counts.complete >= LEAST_FOR_IMPORTANCE ? [importancePlot(study), slicePlot(study), parallelPlot(study)] : []),
    timelinePlot(study),
  ];
  return [heading('Plots'), ...charts.map((chart): Block => ({ kind: 'chart', chart }))];
}

function table({ definition: { objectives }, trials }: Study): Block[] {
  const [objective] = objectives;
  const complete = trials.filter(isComplete);
  if (complete.length === 0 || objective === undefined) return [];
  const loss = ({ values }: CompleteTrial): number => asLoss(objective.direction, values[objective.name] ?? NaN);
  const sorted = [...complete].sort((a, b) => loss(a) - loss(b) || a.number - b.number);
  const shown = sorted.slice(0, MOST_TRIALS);
  return [
    heading('Trials'),
    ...(shown.length < sorted.length
      ? [paragraph(`The best ${shown.length} of ${count(sorted.length, 'complete trial')}.`)]
      : []),
    trialsTable(shown, objectives),
  ];
}

function trialsTable(trials: readonly CompleteTrial[], objectives: readonly Objective[]): Block {
  const paths = [...new Set(trials.flatMap(({ params }) => Object.keys(flatten(params))))];
  return {
    kind: 'table',
    head: ['trial', ...objectives.map(({ name }) => name), ...paths, 'steps', 'time'],
    rows: trials.map(({ number, values, params, measurements, startedAt, endedAt }) => {
      const flat = flatten(params);
      return [
        number,
        ...objectives.map(({ name }) => metricNumber(values[name] ?? NaN)),
        ...paths.map((path) => (flat[path] === undefined ? '' : valueText(flat[path]))),
        measurements.at(-1)?.step ?? '',
        duration((endedAt - startedAt) / 1000),
      ];
    }),
  };
}

function failures({ trials }: Study): Block[] {
  const failed = trials.filter((trial) => trial.state === 'failed');
  if (failed.length === 0) return [];
  const byReason = new Map<string, number[]>();
  for (const { number, error } of failed) byReason.set(error.message, [...(byReason.get(error.message) ?? []), number]);
  return [
    heading('Failed trials'),
    {
      kind: 'table',
      head: ['reason', 'trials'],
      rows: [...byReason].map(([reason, numbers]) => [reason, numbers.join(', ')]),
    },
  ];
}

function again({ definition, attributes, trials }: Study): Block[] {
  const { name, source, seed } = definition;
  const environment = attributes['environment'];
  const recorded =
    typeof environment === 'object' && environment !== null
      ? Object.entries(environment).map(([key, value]) => `${key} ${valueText(value)}`)
      : [];
  const repeated = trials.some(({ suggestedBy }) => suggestedBy === null);
  return [
    heading('Run it again'),
    ...(recorded.length > 0 ? [paragraph(`It ran with ${recorded.join(', ')}.`)] : []),
    source === undefined
      ? paragraph(`The study was made in code, with seed ${seed}.`)
      : { kind: 'code', text: command(source, definition, attributes) },
    ...(repeated
      ? [
          paragraph(
            `The command runs the search; trials that were put in line by hand, or by "attune repeat ${name}", come on top.`,
          ),
        ]
      : []),
  ];
}

/** The command with every flag that decides what comes out. */
function command(
  source: string,
  { name, seed, hints, fixed = {} }: StudyDefinition,
  attributes: Study['attributes'],
): string {
  const { epochs, lag, asked } = attributes;
  const flags: [string, Json | undefined][] = [
    ['seed', seed],
    ['trials', hints.trials],
    ['epochs', epochs],
    ...(lag === 0 ? [] : [['lag', lag] satisfies [string, Json | undefined]]),
    ...Object.entries(typeof asked === 'object' && asked !== null ? asked : {}),
    ...Object.entries(fixed).map(([path, value]): [string, string] => ['fix', `${path}=${value}`]),
    ['study', `${name}-again`],
  ];
  return [
    `attune run ${shellWord(source)}`,
    ...(lag === 0 ? ['--async'] : []),
    ...flags.flatMap(([flag, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [`--${flag} ${shellWord(String(value))}`] : [],
    ),
  ].join(' ');
}
