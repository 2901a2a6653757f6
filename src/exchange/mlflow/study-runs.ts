/**
 * A study as MLflow shows it: a parent run for the study, and below it a run for each trial that has begun (tag mlflow.parentRunId).
 * - A trial's run: its parameters by path, each measured metric by step, `objective/NAME` for its result, and its status: pruned is KILLED with the reason as a
 *   tag, for MLflow has no word for it.
 * - The study's run: how it searches, and `best/NAME` after each complete trial.
 * Which runs are there, and how far they are, is asked of the server: so it does not matter which process wrote them, and when it was ended.
 * Metrics are never overwritten there, but the same point of the same time is stored once.
 */
import { createHash } from 'node:crypto';
import { asLoss, isFinished, type StudyDefinition, type TrialRecord } from '#core';
import { flatten, spaceFromJson } from '#space';
import { mlflowKeys, mlflowValue, type Entry, type MlflowClient, type MlflowMetric, type RunStatus } from './client.ts';

/** The tag that tells runs of this study from others. */
const STUDY_ID = 'attune.study_id';
const TRIAL = 'attune.trial';

interface Run {
  readonly id: string;
  /** Of the last metric that is there. */
  step: number;
  ended: boolean;
  /** Whether its parameters are surely there. */
  described: boolean;
}

export interface StudyRuns {
  /** Adds what the trial has and its run has not. */
  bring(trial: TrialRecord): Promise<void>;
  /** The same for the study's run. `over`: nothing runs any more. */
  bringStudy(trials: readonly TrialRecord[], over: boolean): Promise<void>;
}

/** Finds or makes the experiment and the study's run. */
export async function studyRuns(
  client: MlflowClient,
  definition: StudyDefinition,
  experiment: string,
): Promise<StudyRuns> {
  const { name, createdAt, objectives, sampler, pruner, seed, source } = definition;
  const id = createHash('sha256')
    .update(JSON.stringify([name, createdAt]))
    .digest('hex')
    .slice(0, 16);
  const paramKey = mlflowKeys(spaceFromJson(definition.space).dimensions.map(({ path }) => path));
  const metricKey = mlflowKeys(objectives.map((objective) => objective.name));
  const metricOf = (metric: string, value: number, step: number, at: number): MlflowMetric => {
    return { key: metricKey(metric), value, timestamp: Math.round(at), step };
  };
  const experimentId = await client.experiment(experiment);
  const runs = new Map<number, Run>();
  let parent: Run | null = null;
  for (const { id: run, status, metrics, tags } of await client.search(experimentId, STUDY_ID, id)) {
    const results = /^objective\//;
    const step = Math.max(-Infinity, ...metrics.filter(({ key }) => !results.test(key)).map((metric) => metric.step));
    const found: Run = { id: run, step, ended: status !== 'RUNNING', described: false };
    if (tags[TRIAL] === undefined) parent ??= found;
    else runs.set(Number(tags[TRIAL]), found);
  }
  const studyTags = [
    ...entries({ 'mlflow.runName': name, 'mlflow.source.type': 'LOCAL', [STUDY_ID]: id, 'attune.study': name }),
    ...(source === undefined ? [] : entries({ 'mlflow.source.name': source })),
  ];
  parent ??= {
    ...{ step: -Infinity, ended: false, described: false },
    id: await client.createRun(experimentId, name, createdAt, studyTags),
  };
  const study = parent;

  async function begin(trial: Extract<TrialRecord, { readonly startedAt: number }>): Promise<Run> {
    const known = runs.get(trial.number);
    if (known !== undefined) return known;
    const runName = `${name}-${trial.number}`;
    const tags = entries({
      'mlflow.parentRunId': study.id,
      'mlflow.runName': runName,
      'mlflow.source.type': 'LOCAL',
      [STUDY_ID]: id,
      [TRIAL]: String(trial.number),
      'attune.suggested_by': trial.suggestedBy ?? 'a person',
    });
    const run: Run = {
      id: await client.createRun(experimentId, runName, trial.startedAt, tags),
      ...{ step: -Infinity, ended: false, described: false },
    };
    runs.set(trial.number, run);
    return run;
  }

  return {
    async bring(trial) {
      if (!('startedAt' in trial)) return;
      const run = await begin(trial);
      if (run.ended) return;
      if (!run.described) {
        const params = Object.entries(flatten(trial.params)).map(([path, value]): [string, string] => [
          paramKey(path),
          String(value),
        ]);
        await client.log(run.id, { params: entries(Object.fromEntries(params)) });
        run.described = true;
      }
      const news = trial.measurements.filter(({ step }) => step > run.step);
      const metrics = news.flatMap(({ step, values, at }) =>
        Object.entries(values).map(([key, value]) => metricOf(key, value, step, at)),
      );
      await client.log(run.id, { metrics });
      run.step = news.at(-1)?.step ?? run.step;
      if (!isFinished(trial)) return;
      const step = trial.measurements.at(-1)?.step ?? 0;
      const results = 'values' in trial && trial.values !== null ? Object.entries(trial.values) : [];
      const why = trial.state === 'pruned' ? trial.reason : trial.state === 'failed' ? trial.error.message : null;
      await client.log(run.id, {
        metrics: results.map(([key, value]) => metricOf(`objective/${key}`, value, step, trial.endedAt)),
        tags: entries({ 'attune.state': trial.state, ...(why === null ? {} : { 'attune.reason': why }) }),
      });
      await client.update(run.id, STATUS[trial.state], trial.endedAt);
      run.ended = true;
    },
    async bringStudy(trials, over) {
      if (!study.described) {
        const goals = objectives.map(({ direction, name: goal }) => `${direction} ${goal}`).join(', ');
        await client.log(study.id, { params: entries({ sampler, pruner, seed: String(seed), objectives: goals }) });
        study.described = true;
      }
      const metrics = bestSoFar(definition, trials)
        .map(({ name, value, step, at }) => metricOf(`best/${name}`, value, step, at))
        .filter(({ step }) => step > study.step);
      await client.log(study.id, { metrics });
      study.step = metrics.at(-1)?.step ?? study.step;
      const isOpen = trials.some(({ state }) => state === 'running' || state === 'waiting');
      const ended = over ? Math.max(createdAt, ...trials.filter(isFinished).map(({ endedAt }) => endedAt)) : null;
      if (over) await client.update(study.id, isOpen ? 'KILLED' : 'FINISHED', ended);
      else if (study.ended) await client.update(study.id, 'RUNNING', null);
      study.ended = over;
    },
  };
}

const STATUS = { complete: 'FINISHED', pruned: 'KILLED', failed: 'FAILED' } as const satisfies Record<
  string,
  RunStatus
>;

const entries = (values: Readonly<Record<string, string>>): Entry[] =>
  Object.entries(values).map(([key, value]) => ({ key, value: mlflowValue(value) }));

/** The best value after 1, 2, … complete trials, in the order in which they ended; of several objectives each by itself. */
function bestSoFar({ objectives }: StudyDefinition, trials: readonly TrialRecord[]) {
  const complete = trials.filter((trial) => trial.state === 'complete').sort((a, b) => a.endedAt - b.endedAt);
  const best = objectives.map(() => NaN);
  return complete.flatMap(({ values, endedAt: at }, i) =>
    objectives.map(({ name, direction }, k) => {
      const value = values[name] ?? NaN;
      const before = best[k] ?? NaN;
      if (!(asLoss(direction, value) >= asLoss(direction, before))) best[k] = value;
      return { name, value: best[k] ?? NaN, step: i + 1, at };
    }),
  );
}
