/**
 * `attune compare-samplers FILE`: runs the user's own experiment with each sampler and seed, and shows what each sampler brings.
 * Each run is a study of its own, <file>-<sampler>-<seed>, kept in the storage: given again, the command goes on where it stopped, and with more
 * trials, seeds or samplers runs only what is missing.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { bestSoFar, compareSamplers } from '#analysis';
import type { SamplerComparison, SamplerRun } from '#analysis';
import { isFinished } from '#core';
import type { Objective, StudyState, TrialRecord } from '#core';
import { samplers as registry } from '#samplers';
import { cardinality, gridCount, type Space } from '#space';
import { readState, storageExists } from '#storage';
import { curvesChart } from '../curves-chart.ts';
import { EXIT, unknownName, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import type { CompareFlags } from '../flags.ts';
import { count, metricNumber } from '#text';
import { onInterrupt } from '../interrupt.ts';
import { stdoutScreen, writeJson, writeLine, writeNote } from '../output.ts';
import type { Screen } from '../screen.ts';
import { withStorage } from '../study-reader.ts';
import { renderTable } from '../table.ts';

/** Of an experiment that names none. */
const DEFAULT_TRIALS = 20;

interface Run {
  readonly study: string;
  readonly sampler: string;
  readonly seed: number;
  readonly trials: readonly TrialRecord[];
}

export async function compareSamplersCommand(file: string, flags: CompareFlags): Promise<ExitCode> {
  const { samplers, seeds, parallel, storage, dataDir, out, json = false } = flags;
  checkSamplers(samplers);
  checkStorage(storage);
  if (out !== undefined) checkOut(out);

  const { loadExperiment, runStudy } = await import('#tune');
  const { space, objective, objectives, limits, trials: planned } = await loadExperiment(file);
  if (objectives.length > 1 || Object.keys(limits).length > 0)
    throw usage(`compare-samplers compares the best value of one objective; ${file} has several, or limits.`);
  const trials = flags.trials ?? planned ?? DEFAULT_TRIALS;
  const jobs = samplers.flatMap((sampler) =>
    Array.from({ length: seeds }, (_, seed) => ({
      study: `${basename(file, extname(file))}-${sampler}-${seed}`,
      sampler,
      seed,
    })),
  );
  // Looked at before anything runs: a name that belongs to something else is refused at once, not after hours.
  for (const { study } of jobs) checkStudy(file, study, await storedStudy(storage, study));

  const runs: Run[] = [];
  const interrupt = onInterrupt(writeNote);
  try {
    for (const [i, { study, sampler, seed }] of jobs.entries()) {
      const progress = `${i + 1}/${jobs.length} ${study}`;
      if (!isDone(space, await storedStudy(storage, study), trials)) {
        writeNote(`${progress}: ${count(trials, 'trial')} by ${sampler}, seed ${seed}`);
        const common = { file, study, resume: true, sampler, seed, trials, storage, signal: interrupt.signal };
        const summary = await runStudy({ ...common, parallel, dataDir }, () => undefined);
        if (summary.reason !== 'finished') {
          writeNote('Interrupted. Finished trials are kept; the same command goes on.');
          return EXIT.interrupted;
        }
      }
      const state = await storedStudy(storage, study);
      const finished = (state?.trials ?? []).filter(isFinished).slice(0, trials);
      const best = bestSoFar(finished, objective).at(-1) ?? NaN;
      writeNote(`${progress}: best ${objective.name} ${metricNumber(best)} of ${count(finished.length, 'trial')}`);
      runs.push({ study, sampler, seed, trials: finished });
    }
  } finally {
    interrupt.release();
  }

  const curves = runs.map((run) => ({ ...run, curve: bestSoFar(run.trials, objective) }));
  const comparison = compareSamplers(curves, { trials, direction: objective.direction });
  if (out !== undefined) {
    await writeFile(out, curvesCsv(runs, objective));
    writeNote(`Curves written to ${out}`);
  }
  if (json) writeJson(comparisonJson(file, objective, trials, seeds, curves, comparison));
  else writeLine(comparisonText(objective, trials, seeds, comparison, stdoutScreen()));
  return curves.some(({ curve }) => curve.some(Number.isFinite)) ? EXIT.done : EXIT.failed;
}

function checkSamplers(names: readonly string[]): void {
  for (const name of names)
    if (!Object.hasOwn(registry, name)) throw unknownName('sampler', name, Object.keys(registry));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw usage(`--samplers names "${twice}" twice; name each once.`, { names });
  if (names.length < 2) {
    throw usage(`--samplers wants two or more names, as grid,random,tpe,gp; got "${names.join(',')}".`, { names });
  }
}

function checkStorage(url: string): void {
  if (url === 'memory')
    throw usage('--storage memory cannot be gone on with; name a file, as sqlite:attune.db.', { url });
}

function checkOut(out: string): void {
  try {
    if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder');
    accessSync(existsSync(out) ? out : dirname(resolve(out)), constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usage(`--out ${out} cannot be written: ${reason}.`, { out });
  }
}

/** The study of that name if there is one; nothing is created by asking. */
async function storedStudy(url: string, name: string): Promise<StudyState | null> {
  if (!(await storageExists(url))) return null;
  return withStorage(url, async (storage) => {
    const found = await storage.find(name);
    return found === null ? null : (await readState(storage, found.id)).state;
  });
}

function checkStudy(file: string, name: string, state: StudyState | null): void {
  const source = state?.definition.source;
  if (state === null || source === resolve(file)) return;
  throw usage(
    `There is a study "${name}" of ${source ?? 'another program'} already; compare in another storage, by --storage sqlite:PATH.`,
    { name },
  );
}

/** All trials have ended, or as many as the space has points. */
function isDone(space: Space, state: StudyState | null, trials: number): boolean {
  if (state === null) return false;
  const points = state.definition.sampler === 'grid' ? gridCount(space) : cardinality(space);
  return state.trials.filter(isFinished).length >= Math.min(trials, points);
}

function curvesCsv(runs: readonly Run[], objective: Objective): string {
  const text = (value: number): string => (Number.isFinite(value) ? String(value) : '');
  const lines = runs.flatMap(({ sampler, seed, trials }) => {
    const best = bestSoFar(trials, objective);
    return trials.map((trial, k) => {
      const value = trial.state === 'complete' ? (trial.values[objective.name] ?? NaN) : NaN;
      return [sampler, seed, k + 1, trial.state, text(value), text(best[k] ?? NaN)].join(',');
    });
  });
  return ['sampler,seed,trial,state,value,best', ...lines, ''].join('\n');
}

function comparisonJson(
  file: string,
  { name, direction }: Objective,
  trials: number,
  seeds: number,
  curves: readonly (SamplerRun & { readonly study: string })[],
  { samplers, tests }: SamplerComparison,
): unknown {
  return {
    file,
    objective: { name, direction },
    trials,
    seeds,
    samplers: samplers.map(({ sampler, checkpoints }) => ({ sampler, checkpoints })),
    tests,
    studies: curves.map(({ study, sampler, seed, curve }) => ({ study, sampler, seed, curve })),
  };
}

function comparisonText(
  { name, direction }: Objective,
  trials: number,
  seeds: number,
  { samplers, tests }: SamplerComparison,
  screen: Screen,
): string {
  const right = { align: 'right' } as const;
  const heads = samplers[0]?.checkpoints.map(({ trials: n }) => ({ head: count(n, 'trial'), ...right })) ?? [];
  const effect = renderTable(
    [{ head: 'sampler' }, ...heads],
    samplers.map(({ sampler, checkpoints }) => [
      sampler,
      ...checkpoints.map(({ mean, sd, seeds: with_ }) => {
        const spread = Number.isNaN(sd) ? '' : ` ± ${metricNumber(sd)}`;
        return Number.isNaN(mean)
          ? 'none'
          : `${metricNumber(mean)}${spread}${with_ < seeds ? ` (${with_} of ${seeds})` : ''}`;
      }),
    ]),
    screen,
  );
  const verdicts = renderTable(
    [
      { head: 'better' },
      { head: 'than' },
      { head: 'wins', ...right },
      { head: 'p', ...right },
      { head: 'p (Holm)', ...right },
    ],
    tests.map(({ better, than, winShare, p, pHolm }) => [
      better,
      than,
      `${(100 * winShare).toFixed(0)} %`,
      metricNumber(p),
      metricNumber(pHolm),
    ]),
    screen,
  );
  const { colors } = screen;
  const curves = samplers.map(({ sampler, curve }) => ({ name: sampler, values: curve }));
  return [
    `${colors.bold(`Best ${name} so far`)} (${direction}), mean ± sd over ${count(seeds, 'seed')}\n${effect}`,
    curvesChart(curves, direction, screen),
    `${colors.bold(`Is a sampler better after ${count(trials, 'trial')}?`)} One-sided Mann-Whitney over seeds; small p: yes.\n${verdicts}`,
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}
