/** Opening a study: options are checked, names become samplers, pruners and storages, an existing study is continued if it is the same one. */
import {
  limitText,
  TuneError,
  type Direction,
  type Hints,
  type Objective,
  type OutcomeLimit,
  type Pruner,
  type Sampler,
  type Storage,
  type StudyDefinition,
  type TransferSource,
} from '#core';
import { didYouMean } from '#math';
import { pruners } from '#pruners';
import { samplers, transferFrom, type EarlierStudy } from '#samplers';
import {
  predicatesOf,
  readFixed,
  restrict,
  spaceDifference,
  spaceFromJson,
  type Fields,
  type Flat,
  type Infer,
  type Predicates,
  type Space,
} from '#space';
import { openStorage, readState, workerName } from '#storage';
import type { FixedValues } from './params.ts';
import { Study } from './study.ts';

export type Objectives = Readonly<Record<string, Direction>>;
/** Limits of metrics that are told beside the objectives (or are objectives), ends included. */
export type Limits = Readonly<Record<string, { readonly atMost?: number; readonly atLeast?: number }>>;

interface Behaviour {
  /** A name or a sampler. Default: as the study was created; 'auto' for a new one. */
  readonly sampler?: string | Sampler;
  /** A name or a pruner. Default: as the study was created; for a new one 'none' with a sampler that has an order of its own (grid, pbt), else 'auto'. */
  readonly pruner?: string | Pruner;
  /** Planned trials, last step a trial can reach, planned sum of steps. Default: as the study was created. */
  readonly trials?: number;
  readonly maxSteps?: number;
  readonly totalSteps?: number;
  /** Who signs for running trials; see `recover`. Default: this process. */
  readonly worker?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface StudyOptions<F extends Fields, O extends Objectives, L extends Limits = Limits> extends Behaviour {
  /** Needed where the study is stored. */
  readonly name?: string;
  readonly space: Space<F>;
  readonly objectives: O;
  /** Outcome constraints, as { latencyMs: { atMost: 20 } }: their metrics are told like objectives, and a trial that breaks one is never the best. */
  readonly constraints?: L;
  /** Values by path that the search keeps to. Default: for a study that exists, those it has. */
  readonly fixed?: FixedValues<Infer<Space<F>>>;
  /**
   * Earlier studies of this or an overlapping space with the same objectives, best known first trials and a prior for `gp`. What they found is recorded when
   * the study is created; for a study that exists already they are not read. A TuneError 'bad-transfer' for one without complete trials or shared parameters.
   */
  readonly transfer?: { readonly from: readonly (Study | EarlierStudy)[] };
  /** 'memory' (private to this study), 'sqlite:PATH', 'postgres://…', or a storage that the caller closes. */
  readonly storage?: string | Storage;
  /** Whole number from which every random choice comes. Default: a new one by chance. */
  readonly seed?: number;
  /** The experiment file, noted with the study. */
  readonly source?: string;
}

export interface OpenOptions extends Behaviour {
  /** Code of the space's predicates by name: only names are stored. Needed to suggest and to check parameters. */
  readonly predicates?: Predicates;
}

/** Creates a study, or continues the stored one of this name if space and objectives are equal. */
export async function createStudy<
  const F extends Fields,
  const O extends Objectives,
  const L extends Limits = Readonly<Record<never, never>>,
>(options: StudyOptions<F, O, L>): Promise<Study<Infer<Space<F>>, (keyof O | keyof L) & string>> {
  const { name, space, objectives, storage = 'memory', seed, source, now = Date.now } = options;
  const inMemory = storage === 'memory';
  if (name === undefined ? !inMemory : typeof name !== 'string' || name.trim() === '')
    throw new TuneError('bad-options', 'createStudy: a stored study needs a name.');
  const sampler = options.sampler ?? 'auto';
  const fixed = options.fixed === undefined ? undefined : readFixed(space, options.fixed);
  restrict(space, fixed); // refuses what constraints rule out
  const limits = readLimits(options.constraints ?? {});
  const definition: StudyDefinition = {
    name: name ?? 'study',
    space: space.toJSON(),
    objectives: readObjectives(objectives),
    ...(limits.length === 0 ? {} : { limits }),
    sampler: nameOf(sampler),
    pruner: nameOf(options.pruner ?? defaultPruner(sampler)),
    seed: readSeed(seed),
    hints: readHints(options),
    ...(fixed === undefined ? {} : { fixed }),
    ...readTransfer(space, readObjectives(objectives), options.transfer?.from ?? []),
    ...(source === undefined ? {} : { source }),
    createdAt: now(),
  };
  // Before anything is written: unknown names are refused here.
  resolveSampler(sampler);
  resolvePruner(options.pruner ?? defaultPruner(sampler));
  const opened = await openOwned(storage);
  try {
    const id = await createOrFind(opened.storage, definition);
    return await open(opened, id, options, { definition, space, seeded: seed !== undefined });
  } catch (error) {
    if (opened.owned) await opened.storage.close();
    throw error;
  }
}

/** Opens a stored study by name; parameters are typed only by its stored space. */
export async function openStudy(storage: string | Storage, name: string, options: OpenOptions = {}): Promise<Study> {
  const opened = await openOwned(storage);
  try {
    const found = await opened.storage.find(name);
    if (found === null) {
      const known = (await opened.storage.list()).map(({ definition }) => definition.name);
      throw new TuneError(
        'no-study',
        `there is no study "${name}"; ${known.length === 0 ? 'the storage is empty.' : didYouMean(name, known)}`,
        { name },
      );
    }
    return await open(opened, found.id, options, null);
  } catch (error) {
    if (opened.owned) await opened.storage.close();
    throw error;
  }
}

interface Opened {
  readonly storage: Storage;
  readonly owned: boolean;
}
const openOwned = async (storage: string | Storage): Promise<Opened> =>
  typeof storage === 'string' ? { storage: await openStorage(storage), owned: true } : { storage, owned: false };

/** The id of the study of this name, made now or found. */
async function createOrFind(storage: Storage, definition: StudyDefinition): Promise<string> {
  const found = await storage.find(definition.name);
  if (found !== null) return found.id;
  try {
    return await storage.createStudy(definition);
  } catch (error) {
    // Another process was faster: then it exists now.
    if (!(error instanceof TuneError && error.code === 'study-exists')) throw error;
    return createOrFind(storage, definition);
  }
}

/** A TuneError if a study is another one than what is asked for. */
function checkSame(before: StudyDefinition, definition: StudyDefinition, space: Space, seeded: boolean): void {
  const difference = definitionDifference(before, definition, space, seeded);
  if (difference !== null)
    throw new TuneError(
      'other-study',
      `study "${definition.name}" exists with another definition: ${difference}. Choose another name, or give it back its definition.`,
      {
        name: definition.name,
      },
    );
}

function definitionDifference(
  before: StudyDefinition,
  now: StudyDefinition,
  space: Space,
  seeded: boolean,
): string | null {
  const text = ({ objectives }: StudyDefinition) =>
    objectives.map(({ name, direction }) => `${direction} ${name}`).join(', ');
  if (text(before) !== text(now)) return `its objectives were "${text(before)}" and are "${text(now)}"`;
  const limits = (definition: StudyDefinition) => (definition.limits ?? []).map(limitText).join(', ');
  if (limits(before) !== limits(now))
    return `its outcome constraints were "${limits(before)}" and are "${limits(now)}"`;
  if (seeded && now.seed !== before.seed) return `its seed was ${before.seed} and is ${now.seed}`;
  if (now.fixed !== undefined && fixedText(now.fixed) !== fixedText(before.fixed))
    return `its fixed values were ${fixedText(before.fixed)} and are ${fixedText(now.fixed)}`;
  return spaceDifference(spaceFromJson(before.space), space);
}

const fixedText = (fixed: Flat = {}): string =>
  `{ ${Object.entries(fixed)
    .map(([path, value]) => `${path}: ${JSON.stringify(value)}`)
    .sort()
    .join(', ')} }`;

/** What `createStudy` wants the study to be. */
interface Asked {
  readonly definition: StudyDefinition;
  readonly space: Space;
  readonly seeded: boolean;
}

async function open<P, O extends string>(
  { storage, owned }: Opened,
  id: string,
  options: OpenOptions,
  asked: Asked | null,
): Promise<Study<P, O>> {
  const { state, folded } = await readState(storage, id);
  const { definition } = state;
  if (asked !== null) checkSame(definition, asked.definition, asked.space, asked.seeded);
  const predicates = { ...options.predicates, ...predicatesOf(asked?.space.constraints ?? []) };
  const { sampler = definition.sampler, pruner = definition.pruner, worker = workerName(), now = Date.now } = options;
  return new Study<P, O>({
    storage,
    ownsStorage: owned,
    id,
    state,
    folded,
    // The stored space decides the order of parameters, so that suggestions are the same as before.
    space:
      asked !== null && JSON.stringify(asked.space) === JSON.stringify(definition.space)
        ? asked.space
        : spaceFromJson(definition.space, { predicates }),
    predicates,
    sampler: resolveSampler(sampler),
    pruner: resolvePruner(pruner),
    hints: { ...definition.hints, ...readHints(options) },
    worker,
    now,
    seeded: asked?.seeded ?? false,
  });
}

const nameOf = (given: string | { readonly name: string }): string => (typeof given === 'string' ? given : given.name);
const defaultPruner = (sampler: string | Sampler): string =>
  resolveSampler(sampler).planned === true ? 'none' : 'auto';

const resolveSampler = (given: string | Sampler): Sampler =>
  typeof given === 'string' ? lookUp('sampler', given, samplers)() : given;
const resolvePruner = (given: string | Pruner): Pruner =>
  typeof given === 'string' ? lookUp('pruner', given, pruners)() : given;

function lookUp<T>(what: string, name: string, registry: Readonly<Record<string, T>>): T {
  const found = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (found === undefined)
    throw new TuneError('unknown-name', `unknown ${what} "${name}"; ${didYouMean(name, Object.keys(registry))}`, {
      name,
    });
  return found;
}

function readObjectives(objectives: Objectives): Objective[] {
  const entries = Object.entries(objectives);
  if (entries.length === 0)
    throw new TuneError(
      'bad-options',
      "objectives are empty; name at least one, for example { accuracy: 'maximize' }.",
    );
  return entries.map(([name, direction]) => {
    if (name === 'state' || name === 'error' || name === '')
      throw new TuneError('bad-options', `objectives: an objective may not be called "${name}"; rename it.`, { name });
    // Plain JavaScript may pass anything.
    if (direction !== 'minimize' && direction !== 'maximize')
      throw new TuneError(
        'bad-options',
        `objectives: "${name}" must be 'minimize' or 'maximize'; got ${JSON.stringify(direction)}.`,
        { name },
      );
    return { name, direction };
  });
}

/** Limits as a study keeps them; a TuneError that begins with `key` for one that says nothing or contradicts itself. */
export function readLimits(constraints: Limits, key = 'constraints'): OutcomeLimit[] {
  return Object.entries(constraints).map(([metric, given]) => {
    const { atMost, atLeast } = given;
    const isLimit = (value: number | undefined): boolean => value === undefined || Number.isFinite(value);
    if ((atMost === undefined && atLeast === undefined) || !isLimit(atMost) || !isLimit(atLeast))
      throw new TuneError(
        'bad-options',
        `${key}: "${metric}" wants { atMost: number } or { atLeast: number } or both; got ${JSON.stringify(given)}.`,
        { metric },
      );
    if (metric === 'state' || metric === 'error' || metric === '')
      throw new TuneError('bad-options', `${key}: a metric may not be called "${metric}"; rename it.`, { metric });
    if ((atLeast ?? -Infinity) > (atMost ?? Infinity))
      throw new TuneError(
        'bad-options',
        `${key}: no value of "${metric}" is at least ${atLeast} and at most ${atMost}; swap them.`,
        { metric },
      );
    return { metric, ...(atMost === undefined ? {} : { atMost }), ...(atLeast === undefined ? {} : { atLeast }) };
  });
}

function readTransfer(
  space: Space,
  objectives: readonly Objective[],
  from: readonly (Study | EarlierStudy)[],
): { readonly transfer?: readonly TransferSource[] } {
  if (from.length === 0) return {};
  const plain = (one: Study | EarlierStudy): EarlierStudy =>
    one instanceof Study
      ? { name: one.name, space: one.space, objectives: one.definition.objectives, trials: one.trials }
      : one;
  return { transfer: from.map((one) => transferFrom(space, objectives, plain(one))) };
}

function readSeed(seed: number | undefined): number {
  if (seed === undefined) return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  if (!Number.isSafeInteger(seed))
    throw new TuneError('bad-options', `seed must be a whole number; got ${seed}.`, { seed });
  return seed;
}

function readHints({ trials, maxSteps, totalSteps }: Behaviour): Hints {
  for (const [name, value] of Object.entries({ trials, maxSteps, totalSteps }))
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
      throw new TuneError('bad-options', `${name} must be a whole number ≥ 1; got ${value}.`, { name, value });
  return {
    ...(trials === undefined ? {} : { trials }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(totalSteps === undefined ? {} : { totalSteps }),
  };
}
