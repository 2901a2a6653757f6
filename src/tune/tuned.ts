/**
 * What a run tunes: an experiment in a module, or a command in a YAML file. Both have a space, an objective and a plan; they differ in what a worker is given.
 */
import { resolve } from 'node:path';
import type { Params } from '#core';
import { createRng, TuneError } from '#math';
import { cardinality, gridPoints, readFixedText, restrict, sampleUniform, type Flat, type Space } from '#space';
import { isCommandFile, loadCommandStudy } from './command/command-study.ts';
import type { Experiment } from './experiment.ts';
import { loadExperiment } from './load-experiment.ts';
import type { WorkerSetup } from './protocol.ts';
import type { RunOptions } from './run-options.ts';

/** What a study that is gone on with was begun with. */
export interface BegunWith {
  /** What --epochs said. */
  readonly epochs: number | null;
}

export interface Tuned extends Pick<
  Experiment,
  'space' | 'objective' | 'objectives' | 'limits' | 'sampler' | 'pruner' | 'seed' | 'trials'
> {
  /** Of the study; null: the file's. */
  readonly name: string | null;
  readonly parallel: number | null;
  /** What --fix says. */
  readonly fixed: Flat | null;
  /** What workers need; `seed` is the study's. */
  setup(seed: number, resumed: BegunWith | null): WorkerSetup;
  /** The last step that a trial can reach, if it is known: what pruners plan with. */
  maxSteps(seed: number, resumed: BegunWith | null): number | null;
}

/** Spaces up to this size are tried against the data point by point before a run, larger ones by a sample. */
const CHECK_ALL = 64;
const CHECK_SAMPLE = 16;

export const loadTuned = (options: RunOptions): Promise<Tuned> =>
  isCommandFile(options.file) ? loadCommand(options) : loadModule(options);

function readFix({ fix }: RunOptions, space: Space): Flat | null {
  if (fix === undefined) return null;
  const fixed = readFixedText(space, fix);
  restrict(space, fixed); // refuses what constraints rule out
  return fixed;
}

async function loadModule(options: RunOptions): Promise<Tuned> {
  const { file, dataDir, epochs: asked } = options;
  const experiment = await loadExperiment(file);
  const fixed = readFix(options, experiment.space);
  const searched = restrict(experiment.space, fixed ?? {});
  const epochsOf = (resumed: BegunWith | null): number | null => asked ?? resumed?.epochs ?? null;
  return {
    ...experiment,
    name: null,
    parallel: null,
    fixed,
    setup: (seed, resumed) => ({
      kind: 'experiment',
      file: resolve(file),
      dataDir: dataDir === undefined ? null : resolve(dataDir),
      seed,
      epochs: epochsOf(resumed),
      memoryLimit: options.memoryLimit ?? null,
      check: resumed ? [] : paramsToCheck(searched, seed),
    }),
    maxSteps: (seed, resumed) => epochsOf(resumed) ?? longest(experiment, paramsToCheck(searched, seed)),
  };
}

function loadCommand(options: RunOptions): Promise<Tuned> {
  const { file, dataDir, epochs } = options;
  const { setup, ...study } = loadCommandStudy(file);
  if (epochs !== undefined)
    throw new TuneError(
      'usage',
      `--epochs is for experiments; how long the command of ${file} trains is its own affair (maxSteps in the file tells the pruner).`,
      { file },
    );
  const { sampler } = study;
  if ((options.sampler ?? (typeof sampler === 'string' ? sampler : sampler.name)) === 'pbt')
    throw new TuneError(
      'usage',
      `The sampler pbt copies the checkpoints of built-in training; the command of ${file} keeps its own. Use another sampler.`,
      { file },
    );
  if (options.memoryLimit !== undefined)
    throw new TuneError('usage', `--memory-limit is for experiments; for a command say memoryLimitMb in ${file}.`, {
      file,
    });
  const found =
    dataDir === undefined ? setup : { ...setup, env: { ...setup.env, ATTUNE_DATA_DIR: [resolve(dataDir)] } };
  const fixed = readFix(options, study.space);
  return Promise.resolve({ ...study, fixed, setup: () => found, maxSteps: () => setup.maxSteps });
}

/** The most epochs that `train` asks for among some params; null if it does not say, or throws. */
function longest({ train, epochs }: Experiment, params: readonly Params[]): number | null {
  const asked = params.map((one) => {
    try {
      return train(one).epochs ?? epochs ?? 0;
    } catch {
      return 0; // such a trial will fail
    }
  });
  return Math.max(0, ...asked) || null;
}

function paramsToCheck(space: Space, seed: number): Params[] {
  if (cardinality(space) <= CHECK_ALL) return [...gridPoints(space)];
  const rng = createRng(seed).fork('check');
  return Array.from({ length: CHECK_SAMPLE }, (_, i) => sampleUniform(space, rng.fork(i)));
}
