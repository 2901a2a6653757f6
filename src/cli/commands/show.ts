/** `attune show STUDY`: definition, progress, table of trials, best, history, importance of the parameters. */
import { repeatsOf } from '#analysis';
import { bestTrial, isFeasible, kneeTrial, limitText, paretoTrials } from '#core';
import type { StudyDefinition, StudyState } from '#core';
import { describeParam, spaceFromJson } from '#space';
import { fingerprint } from '#study';
import { EXIT, oneLine } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import { count, metricNumber, paramsText, repeatsText } from '#text';
import { historyChart } from '../history.ts';
import { importanceTable, studyImportance } from '../importance-table.ts';
import { learningCurves } from '../learning-curves.ts';
import { stdoutScreen, writeError, writeJson, writeLine } from '../output.ts';
import type { ImportanceMethod, ShowFlags } from '../flags.ts';
import { trialTable } from '../report.ts';
import type { Screen } from '../screen.ts';
import { readStudy, rowOf, runningTrials } from '../study-reader.ts';

export async function show(
  name: string,
  { storage, json, fingerprint: hashOnly, importance }: ShowFlags,
): Promise<ExitCode> {
  let skipped = 0;
  const study = await readStudy(storage, name, ({ message }) => {
    if (skipped++ < TOLD) writeError(`${message} It is left out.`);
  });
  if (skipped > TOLD) writeError(`${count(skipped - TOLD, 'more event')} cannot be read, or not without those.`);
  if (hashOnly) writeLine(fingerprint(study.trials));
  else if (json) writeJson(studyJson(study, importance));
  else writeLine(studyText(study, importance, stdoutScreen()));
  return skipped === 0 ? EXIT.done : EXIT.failed;
}

/** Of a damaged log: one event may leave thousands that cannot follow without it. */
const TOLD = 10;

/** One objective: the best trial; several: none, `attune best` lists the Pareto front. */
const bestOf = ({ trials, definition }: StudyState): ReturnType<typeof bestTrial> =>
  definition.objectives.length === 1 ? bestTrial(trials, definition.objectives, definition.limits) : null;

function studyJson(study: StudyState, method: ImportanceMethod): unknown {
  const best = bestOf(study);
  return {
    ...study.definition,
    counts: study.counts,
    finished: study.finished?.reason ?? null,
    ended: endedBy(study),
    best: best === null ? null : { number: best.number, params: best.params, values: best.values },
    ...(best === null ? {} : { repeats: repeatsOf(best, study.trials, study.definition.objectives[0]?.name ?? '') }),
    ...frontJson(study),
    importance: studyImportance(study, method),
    trials: study.trials.map(rowOf),
  };
}

/** Of several objectives: the numbers of the trials in the front, and of its knee. */
function frontJson({ definition: { objectives, limits }, trials }: StudyState): object {
  if (objectives.length === 1) return {};
  const front = paretoTrials(trials, objectives, limits);
  return { pareto: front.map(({ number }) => number), knee: kneeTrial(front, objectives)?.number ?? null };
}

function studyText(study: StudyState, method: ImportanceMethod, screen: Screen): string {
  const { definition, trials } = study;
  const best = bestOf(study);
  const [objective, second] = definition.objectives;
  const sections = [definitionText(study, screen)];
  if (trials.length > 0)
    sections.push(trialTable(trials.map(rowOf), definition.objectives, definition.limits ?? [], screen));
  const failures = trials.filter((trial) => trial.state === 'failed');
  if (failures.length > 0) {
    // The first of each reason: a hundred trials often fail for one.
    const reasons = new Map(failures.toReversed().map(({ number, error }) => [oneLine(error.message), number]));
    sections.push(
      [...reasons]
        .reverse()
        .map(([reason, number]) => `Trial ${number} failed: ${reason}`)
        .join('\n'),
    );
  }
  if (objective !== undefined && second === undefined) {
    const complete = trials.filter((trial) => trial.state === 'complete');
    const points = complete.map(({ number, values }) => ({ number, value: values[objective.name] ?? NaN }));
    const chart = historyChart(points, objective.direction, screen);
    if (chart !== '') sections.push(`${objective.name} by trial\n${chart}`);
    const curves = learningCurves(trials, objective, screen);
    if (curves !== '') sections.push(`${objective.name} by step, the best trials\n${curves}`);
  }
  const important = studyImportance(study, method);
  if (important.length > 0) sections.push(importanceTable(important, screen));
  if (best !== null && objective !== undefined) {
    const value = metricNumber(best.values[objective.name] ?? NaN);
    const repeats = repeatsOf(best, trials, objective.name);
    sections.push(
      [
        `${screen.colors.bold(`Best: trial ${best.number}`)}, ${objective.name} ${value}, with ${paramsText(best.params)}`,
        ...(repeats === null ? [] : [repeatsText(repeats, objective.name)]),
      ].join('\n'),
    );
  }
  const outcome = frontOrLimits(study, screen);
  if (outcome !== null) sections.push(outcome);
  return sections.join('\n\n');
}

/** The budget that ended the last run before all trials were done. */
function endedBy({ attributes }: StudyState): string | null {
  const ended = attributes['ended'];
  return typeof ended === 'string' ? ended : null;
}

/** Of several objectives the front and its knee; where limits leave no trial, that. */
function frontOrLimits({ definition, trials }: StudyState, { colors }: Screen): string | null {
  const { objectives, limits = [] } = definition;
  const complete = trials.filter((trial) => trial.state === 'complete');
  if (complete.length === 0) return null;
  const kept = complete.filter(({ values }) => isFeasible(values, limits));
  const broken = complete.length - kept.length;
  const notKept = `${count(broken, 'complete trial')} ${broken === 1 ? 'breaks' : 'break'} ${limits.map(limitText).join(', ')}`;
  if (kept.length === 0) return `${colors.bold('No feasible trial')}: ${notKept}.`;
  const lines = broken === 0 ? [] : [`${notKept}.`];
  if (objectives.length > 1) {
    const front = paretoTrials(kept, objectives);
    const knee = kneeTrial(front, objectives);
    lines.push(`${colors.bold('Pareto front')}: trials ${front.map(({ number }) => number).join(', ')}`);
    if (knee !== null) {
      const values = objectives.map(({ name }) => `${name} ${metricNumber(knee.values[name] ?? NaN)}`).join(', ');
      lines.push(`${colors.bold(`Knee: trial ${knee.number}`)}, ${values}, with ${paramsText(knee.params)}`);
    }
  }
  return lines.length === 0 ? null : lines.join('\n');
}

function definitionText(study: StudyState, { colors }: Screen): string {
  const { definition, trials, counts, finished } = study;
  const { lost } = runningTrials(study);
  const ended = endedBy(study);
  const { name, source, objectives, limits = [], sampler, pruner, seed, hints, createdAt } = definition;
  const states = Object.entries(counts).filter(([, n]) => n > 0);
  const planned =
    hints.trials === undefined ? count(trials.length, 'trial') : `${trials.length} of ${count(hints.trials, 'trial')}`;
  const facts: [string, string][] = [
    ['objective', objectives.map((objective) => `${objective.direction} ${objective.name}`).join(', ')],
    ...(limits.length === 0 ? [] : [['limits', limits.map(limitText).join(', ')] satisfies [string, string]]),
    ['sampler', `${sampler}, pruner ${pruner}, seed ${seed}`],
    ...(source === undefined ? [] : [['file', source] satisfies [string, string]]),
    ['created', new Date(createdAt).toISOString().slice(0, 19).replace('T', ' ') + ' UTC'],
    [
      'progress',
      [planned, ...states.map(([state, n]) => `${n} ${state}`)].join(', ') +
        (finished !== null ? ` (${finished.reason})` : ended === null ? '' : ` (ended early: ${ended})`) +
        (lost === 0
          ? ''
          : ` (the process of ${lost} is gone: "attune run … --resume" runs ${lost === 1 ? 'it' : 'them'} again)`),
    ],
    ...spaceLines(definition),
  ];
  const width = Math.max(...facts.map(([head]) => head.length));
  return [
    colors.bold(`Study ${name}`),
    ...facts.map(([head, text]) => `  ${colors.dim(head.padEnd(width))}  ${text}`),
  ].join('\n');
}

/** One line per parameter, nested ones under their path. */
const spaceLines = ({ space }: StudyDefinition): [string, string][] =>
  spaceFromJson(space).dimensions.map(({ path, param }) => [path, describeParam(param)]);
