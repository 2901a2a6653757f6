/**
 * The definition of an experiment: data, space, model, training, objective. A value in a module that the command and its workers import.
 * The type of `p` in `model` and `train` is inferred from `space`. Everything that can be wrong in the definition alone is refused here, at the call;
 * what needs the data (a model that does not fit the classes) is refused when a run begins.
 */
import type { Objective, Params, Pruner, Sampler } from '#core';
import type { Dataset, DatasetSpec } from '#data';
import type { Device } from '#engine';
import { didYouMean, isTuneError, TuneError } from '#math';
import type { Layer } from '#nn';
import { pruners } from '#pruners';
import { samplers } from '#samplers';
import { readLimits, type Limits } from '#study';
import { space as createSpace, type Fields, type Infer, type Space } from '#space';
import type { TrainConfig } from '#train';

/** The name of a registered data set, a folder of images, a CSV file, a data set of your own, or a function that makes one. Paths are relative to the working directory. */
export type DatasetSource = DatasetSpec | Dataset | (() => Dataset | Promise<Dataset>);

/** How a trial is trained; `epochs` may stand in the experiment instead. */
export type TrainPlan = Omit<TrainConfig, 'epochs'> & { readonly epochs?: number };

/** A metric, and whether more of it is better. */
interface Goal {
  readonly metric: string;
  readonly goal: 'maximize' | 'minimize';
}

export interface ExperimentDefinition<F extends Fields> {
  readonly dataset: DatasetSource;
  readonly space: F | Space<F>;
  /** Builds a fresh model for the params of a trial; `data` tells the input shape and the number of classes. */
  readonly model: (params: Infer<Space<F>>, data: Dataset) => Layer;
  readonly train: (params: Infer<Space<F>>) => TrainPlan;
  /** Share of the training rows that is held out to judge trials; the same rows for every trial. Default 0.2. A data set that brings its own validation rows keeps them. */
  readonly validationSplit?: number;
  /** A metric on the validation rows (`accuracy`, `f1`, `loss`, `mae` …) and whether more of it is better. */
  readonly objective?: Goal;
  /** In place of `objective`: several of them. There is then no single best trial but a front; what is shown while it runs is the first. */
  readonly objectives?: readonly Goal[];
  /** Outcome constraints on metrics of the validation rows, as { recall: { atLeast: 0.9 } }: a trial that breaks one is never the best. */
  readonly limits?: Limits;
  readonly sampler?: string | Sampler;
  readonly pruner?: string | Pruner;
  /** Same seed, same machine: the same study, to the bit. Default 0. */
  readonly seed?: number;
  /** Planned trials; a grid ends by itself. */
  readonly trials?: number;
  /** Epochs of a trial whose `train` names none. */
  readonly epochs?: number;
  /** Where trials are trained: 'cpu' (default), 'cuda', 'webgpu', 'coreml' or 'dml'. Only on the processor is the same seed the same study to the bit. */
  readonly device?: Device;
}

/** A checked definition with its defaults, as a run reads it; the types of the params have done their work. */
export interface Experiment {
  /** Recognised by this tag, not by class: also when a second copy of the package made it. */
  readonly kind: 'attune.experiment';
  readonly dataset: DatasetSource;
  readonly space: Space;
  readonly model: (params: Params, data: Dataset) => Layer;
  readonly train: (params: Params) => TrainPlan;
  readonly validationSplit: number;
  /** The first of `objectives`: what is shown while it runs. */
  readonly objective: Objective;
  readonly objectives: readonly Objective[];
  readonly limits: Limits;
  readonly sampler: string | Sampler;
  readonly pruner: string | Pruner;
  readonly seed: number;
  readonly trials: number | null;
  readonly epochs: number | null;
  readonly device: Device;
}

const KEYS = [
  'dataset',
  'space',
  'model',
  'train',
  'validationSplit',
  'objective',
  'objectives',
  'limits',
  'sampler',
  'pruner',
  'seed',
  'trials',
  'epochs',
  'device',
];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a message shows it. */
function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return typeof value === 'number' || value === undefined ? String(value) : JSON.stringify(value);
}

const refuse = (what: string, facts: Readonly<Record<string, unknown>> = {}): TuneError =>
  new TuneError('experiment', `experiment: ${what}`, facts);

export function experiment<const F extends Fields>(definition: ExperimentDefinition<F>): Experiment {
  const given: unknown = definition;
  if (!isRecord(given))
    throw refuse(`wants an object with dataset, space, model, train and objective; got ${shown(given)}.`);
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw refuse(`does not know "${unknown}". It takes ${KEYS.join(', ')}.`, { key: unknown });

  const space = isSpace(definition.space) ? definition.space : spaceOf(definition.space);
  const objectives = objectivesOf(given['objective'], given['objectives']);
  const [first] = objectives;
  return {
    kind: 'attune.experiment',
    dataset: datasetSource(given['dataset']),
    space,
    // The space parses params before they reach these functions, so they have the inferred type.
    model: functionAt(given, 'model', '(p, data) => sequential([…])') as Experiment['model'],
    train: functionAt(given, 'train', '(p) => ({ optimizer, batchSize, epochs })') as Experiment['train'],
    validationSplit: fraction(given['validationSplit'] ?? 0.2),
    objective: first,
    objectives,
    limits: limitsOf(given['limits']),
    sampler: nameOr<Sampler>(given, 'sampler', 'suggest', samplers),
    pruner: nameOr<Pruner>(given, 'pruner', 'decide', pruners),
    seed: wholeNumber(given, 'seed', 0) ?? 0,
    trials: wholeNumber(given, 'trials', 1),
    epochs: wholeNumber(given, 'epochs', 1),
    device: deviceOf(given['device'] ?? 'cpu'),
  };
}

/** True for what `experiment()` returned, in this copy of the package or another. */
export const isExperiment = (value: unknown): value is Experiment =>
  isRecord(value) && value['kind'] === 'attune.experiment';

const isSpace = <F extends Fields>(value: F | Space<F>): value is Space<F> =>
  isRecord(value) && 'dimensions' in value && 'parse' in value && typeof value.parse === 'function';

function spaceOf<F extends Fields>(fields: F): Space<F> {
  if (!isRecord(fields)) {
    throw refuse(
      `space wants named parameters, as { learningRate: float(1e-4, 1e-1, { log: true }) }; got ${shown(fields)}.`,
    );
  }
  return createSpace(fields);
}

function datasetSource(value: unknown): DatasetSource {
  const usable =
    (typeof value === 'string' && value !== '') ||
    typeof value === 'function' ||
    (isRecord(value) &&
      ('images' in value ||
        'csv' in value ||
        'text' in value ||
        'audio' in value ||
        typeof value['name'] === 'string'));
  if (!usable) {
    throw refuse(
      `dataset wants a name ("cifar10"), { images: DIR }, { csv: FILE, target: COLUMN }, { text: FILE, target: COLUMN }, { audio: DIR }, a data set or a function that makes one; got ${shown(value)}.`,
    );
  }
  return value as DatasetSource; // the forms of the union, told apart above; the loader checks what is inside
}

function functionAt(given: Readonly<Record<string, unknown>>, key: string, form: string): unknown {
  const value = given[key];
  if (typeof value !== 'function') throw refuse(`${key} wants a function ${form}; got ${shown(value)}.`, { key });
  return value;
}

function fraction(value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw refuse(`validationSplit wants a share of the training rows between 0 and 1, as 0.2; got ${shown(value)}.`);
}

function deviceOf(value: unknown): Device {
  // Which there are is known to the engine, which is not loaded here: a run asks it before anything is trained.
  if (typeof value === 'string') return value as Device;
  throw refuse(`device wants a name, as "webgpu"; got ${shown(value)}.`, { device: value });
}

/** One `objective`, or a list of `objectives`. */
function objectivesOf(one: unknown, several: unknown): readonly [Objective, ...Objective[]] {
  if (several === undefined) return [objective(one)];
  if (one !== undefined) throw refuse('takes objective or objectives, not both.');
  const list: readonly unknown[] = Array.isArray(several) ? several : [];
  const [first, ...rest] = list;
  if (first === undefined)
    throw refuse(`objectives wants a list of { metric, goal }, as objective is one; got ${shown(several)}.`);
  const all = [objective(first), ...rest.map(objective)] as const;
  const twice = all.find(({ name }, i) => all.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw refuse(`objectives: "${twice.name}" stands there twice; leave one out.`);
  return all;
}

function limitsOf(value: unknown): Limits {
  if (value === undefined) return {};
  if (!isRecord(value) || !Object.values(value).every(isRecord))
    throw refuse(`limits wants metrics with their limits, as { recall: { atLeast: 0.9 } }; got ${shown(value)}.`);
  const limits = value as Limits; // what is inside is checked here
  try {
    readLimits(limits, 'limits');
  } catch (error) {
    if (!isTuneError(error)) throw error;
    throw refuse(error.message, error.facts);
  }
  return limits;
}

function objective(value: unknown): Objective {
  const { metric, goal } = isRecord(value) ? value : { metric: undefined, goal: undefined };
  if (typeof metric !== 'string' || metric === '' || (goal !== 'maximize' && goal !== 'minimize')) {
    throw refuse(`objective wants { metric: "accuracy", goal: "maximize" } (or "minimize"); got ${shown(value)}.`);
  }
  if (metric === 'state' || metric === 'error') throw refuse(`objective: a metric may not be called "${metric}".`);
  return { name: metric, direction: goal };
}

function nameOr<T>(
  given: Readonly<Record<string, unknown>>,
  key: string,
  method: string,
  known: Readonly<Record<string, unknown>>,
): string | T {
  const value = given[key] ?? 'auto';
  if (typeof value === 'string' && value !== '') {
    if (Object.hasOwn(known, value)) return value;
    throw refuse(`there is no ${key} "${value}"; ${didYouMean(value, Object.keys(known))}`, { key, value });
  }
  if (isRecord(value) && typeof value[method] === 'function') return value as T; // it has the method that makes it one
  throw refuse(`${key} wants a name or a ${key} from attune/${key}s; got ${shown(value)}.`, { key });
}

function wholeNumber(given: Readonly<Record<string, unknown>>, key: string, low: number): number | null {
  const value = given[key];
  if (value === undefined) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= low) return value;
  throw refuse(`${key} wants a whole number ≥ ${low}; got ${shown(value)}.`, {
    key,
  });
}
