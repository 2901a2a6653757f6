/**
 * Reads a study of a command from a YAML file: what to run, its search space, what to make better. Everything that can be wrong is refused here, before
 * anything is written, with the file's line, the key, what is allowed and near names. docs/commands.md has every key.
 */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { didYouMean, isTuneError, TuneError } from '#math';
import { pruners } from '#pruners';
import { samplers } from '#samplers';
import { readLimits, toldMetrics, type Limits } from '#study';
import type { Objective } from '#core';
import { spaceFromJson, type Dimension, type Space } from '#space';
import type { Experiment } from '../experiment.ts';
import {
  parseTemplate,
  pathsOf,
  shellTemplate,
  splitCommand,
  type CommandTemplate,
  type Template,
} from './template.ts';
import { yamlSource, type YamlPath, type YamlSource } from './yaml-source.ts';

/** How a command is run, the same for every trial; plain data, so that it can travel to a worker. */
export interface CommandSetup {
  readonly kind: 'command';
  readonly command: CommandTemplate;
  readonly cwd: string; // absolute
  readonly env: Readonly<Record<string, Template>>;
  /** The metrics that are the trial's result: objectives, and what is limited. */
  readonly told: readonly string[];
  /** What the command calls a metric → what the study calls it. */
  readonly names: Readonly<Record<string, string>>;
  /** It goes on from its checkpoint folder when it is started again. */
  readonly resumable: boolean;
  readonly maxSteps: number | null;
  readonly timeoutMs: number | null;
  readonly graceMs: number;
  readonly memoryLimitBytes: number | null;
}

export interface CommandStudy extends Pick<
  Experiment,
  'space' | 'objective' | 'objectives' | 'limits' | 'sampler' | 'pruner' | 'seed' | 'trials'
> {
  readonly name: string | null;
  readonly parallel: number | null;
  readonly setup: CommandSetup;
}

const DEFAULT_GRACE_SECONDS = 5;
/** A study is written by hand; what is larger is another file. */
const MAX_FILE_BYTES = 1e6;
/** Names that a report uses for itself. */
const RESERVED: readonly string[] = ['state', 'error', 'step', 'final'];

const whole = (low: number) => z.int().min(low).describe(`a whole number ≥ ${low}`);
const seconds = z.number().positive().describe('a number of seconds > 0');
const text = z.string().trim().min(1).describe('a text');
const flag = z.boolean().describe('true or false');

/** Each key of a file with what it may hold; the description is the end of "KEY wants …". */
export const KEYS = {
  name: text,
  command: z
    .union([text, z.array(z.string()).min(1)])
    .describe('a text, as "python3 train.py --lr {learningRate}", or a list of words'),
  shell: flag,
  cwd: text,
  env: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).describe('names with texts or numbers'),
  space: z
    .record(z.string(), z.unknown())
    .refine((fields) => Object.keys(fields).length > 0)
    .describe('named parameters, as learningRate: { type: float, low: 0.001, high: 0.1 }'),
  constraints: z
    .array(
      z.strictObject({
        linear: z.record(z.string(), z.number()),
        atMost: z.number().optional(),
        atLeast: z.number().optional(),
      }),
    )
    .describe('a list of { linear: { layers: 1, heads: 2 }, atMost: 12 }'),
  objective: z.record(z.string(), z.unknown()).describe('{ metric: accuracy, goal: maximize }'),
  objectives: z
    .array(z.record(z.string(), z.unknown()))
    .min(1)
    .describe('a list of { metric: accuracy, goal: maximize }'),
  limits: z
    .record(z.string(), z.strictObject({ atMost: z.number().optional(), atLeast: z.number().optional() }))
    .describe('metrics with limits, as latencyMs: { atMost: 20 }'),
  metrics: z.record(z.string(), text).describe('names of the study with the names that the command prints'),
  sampler: text,
  pruner: text,
  trials: whole(1),
  parallel: whole(1),
  seed: whole(0),
  maxSteps: whole(1),
  resumable: flag,
  trialTimeoutSeconds: seconds,
  graceSeconds: z.number().min(0).describe('a number of seconds ≥ 0'),
  memoryLimitMb: z.number().positive().describe('a number of megabytes > 0'),
} as const;
type Key = keyof typeof KEYS;
const REQUIRED: readonly Key[] = ['command', 'space'];

export const isCommandFile = (file: string): boolean => /\.ya?ml$/i.test(file);

/** `file` is relative to the working directory. */
export function loadCommandStudy(file: string): CommandStudy {
  const path = resolve(file);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new TuneError('command', `There is no file ${file}.`, { file });
  if (!stat.isFile()) throw new TuneError('command', `${file} is a directory; name the YAML file in it.`, { file });
  if (stat.size > MAX_FILE_BYTES)
    throw new TuneError('command', `${file} has ${(stat.size / 1e6).toFixed(1)} MB; a study has at most 1 MB.`, {
      file,
    });
  return parseCommandStudy(readFileSync(path, 'utf8'), file, dirname(path));
}

/** `folder` is what the paths in the file are relative to. */
export function parseCommandStudy(content: string, file: string, folder: string): CommandStudy {
  const source = yamlSource(content, file);
  const given = readKeys(source);
  const space = readSpace(source, given.space, given.constraints ?? []);
  const objectives = readObjectives(source, given);
  const limits = given.limits === undefined ? {} : readYamlLimits(source, given.limits);
  const command = readCommand(source, given.command, given.shell ?? false);
  const env = readEnv(source, given.env ?? {});
  const cwd = resolve(folder, given.cwd ?? '.');
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    throw source.refuse(['cwd'], `cwd: there is no directory ${cwd}.`);
  checkPaths(source, space, command, env);
  checkProgram(source, command, cwd);
  if (given.memoryLimitMb !== undefined && process.platform !== 'linux')
    throw source.refuse(
      ['memoryLimitMb'],
      'memoryLimitMb is kept by looking into /proc, which only Linux has; leave it out.',
    );

  return {
    name: given.name ?? null,
    space,
    objective: objectives[0],
    objectives,
    limits,
    sampler: known(source, 'sampler', given.sampler, Object.keys(samplers)),
    pruner: known(source, 'pruner', given.pruner, Object.keys(pruners)),
    seed: given.seed ?? 0,
    trials: given.trials ?? null,
    parallel: given.parallel ?? null,
    setup: {
      kind: 'command',
      command,
      cwd,
      env,
      told: toldMetrics(objectives, readLimits(limits)),
      names: Object.fromEntries(Object.entries(given.metrics ?? {}).map(([ours, theirs]) => [theirs, ours])),
      resumable: given.resumable ?? false,
      maxSteps: given.maxSteps ?? null,
      timeoutMs: given.trialTimeoutSeconds === undefined ? null : given.trialTimeoutSeconds * 1000,
      graceMs: (given.graceSeconds ?? DEFAULT_GRACE_SECONDS) * 1000,
      memoryLimitBytes: given.memoryLimitMb === undefined ? null : given.memoryLimitMb * 1e6,
    },
  };
}

type Given = { readonly [K in Key]?: z.infer<(typeof KEYS)[K]> } & {
  readonly [K in 'command' | 'space']: z.infer<(typeof KEYS)[K]>;
};

function readKeys(source: YamlSource): Given {
  const { data } = source;
  if (!isMap(data)) throw source.refuse([], `expected keys with values, as "command: …"; got ${shown(data)}.`);
  source.checkKeys([], data, Object.keys(KEYS), '');
  for (const key of REQUIRED)
    if (data[key] === undefined || data[key] === null)
      throw source.refuse([key], `"${key}" is missing; it wants ${wants(key)}.`);
  const read: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(KEYS)) {
    const value = data[key];
    if (value === undefined) continue;
    const result = schema.safeParse(value);
    if (!result.success) {
      const within = result.error.issues[0]?.path.filter((part) => typeof part !== 'symbol') ?? [];
      throw source.refuse(
        [key, ...within],
        `${[key, ...within].join('.')} wants ${wants(key as Key)}; got ${shown(value)}.`,
      ); // a key of KEYS
    }
    read[key] = result.data;
  }
  return read as unknown as Given; // every value has just been parsed by the schema of its key
}

const wants = (key: Key): string => KEYS[key].description ?? 'another value';

function readSpace(source: YamlSource, json: Given['space'], constraints: readonly unknown[]): Space {
  const space = readParameters(source, json);
  if (constraints.length === 0) return space;
  return atKey(source, ['constraints'], () => spaceFromJson({ ...json, $constraints: constraints }));
}

function readParameters(source: YamlSource, json: Given['space']): Space {
  try {
    return spaceFromJson(json);
  } catch (error) {
    if (!isTuneError(error)) throw error;
    throw source.refuse(spacePlace(source.data, error.facts), `space: ${error.message}`);
  }
}

/** Where in the file a refusal of the space belongs: the parameter that its facts name, or the key of it that they speak of. */
function spacePlace(data: unknown, facts: Readonly<Record<string, unknown>>): YamlPath {
  const place: string[] = ['space'];
  const named = facts['path'] ?? facts['name'];
  let at: unknown = isMap(data) ? data['space'] : null;
  // A path alternates names of parameters and labels of branches: `optimizer.sgd.momentum`.
  for (const [i, part] of (typeof named === 'string' ? named.split('.') : []).entries()) {
    if (i % 2 === 1) {
      place.push('branches');
      at = isMap(at) ? at['branches'] : null;
    }
    place.push(part);
    at = isMap(at) ? at[part] : null;
  }
  if (!isMap(at)) return place;
  const inside = at;
  const { key } = facts;
  const spoken = typeof key === 'string' ? key : Object.keys(facts).find((name) => name !== 'path' && name in inside);
  return spoken === undefined ? place : [...place, spoken];
}

/** One `objective`, or a list of `objectives`. */
function readObjectives(source: YamlSource, { objective, objectives }: Given): readonly [Objective, ...Objective[]] {
  if (objective !== undefined && objectives !== undefined)
    throw source.refuse(['objectives'], 'a file has "objective" or "objectives", not both.');
  const [first, ...rest] = objectives ?? [];
  if (first === undefined) {
    if (objective === undefined)
      throw source.refuse(['objective'], `"objective" is missing; it wants ${wants('objective')}.`);
    return [readObjective(source, objective, ['objective'])];
  }
  const all = [first, ...rest].map((one, i) => readObjective(source, one, ['objectives', i]));
  const twice = all.findIndex(({ name }, i) => all.findIndex((other) => other.name === name) < i);
  if (twice >= 0)
    throw source.refuse(['objectives', twice], `objectives: "${all[twice]?.name}" stands there twice; leave one out.`);
  return all as unknown as readonly [Objective, ...Objective[]]; // it has the first
}

function readObjective(
  source: YamlSource,
  given: Readonly<Record<string, unknown>>,
  place: readonly [string, ...(string | number)[]],
): Objective {
  const key = place.join('.');
  source.checkKeys(place, given, ['metric', 'goal'], ` of ${key}`);
  const { metric, goal } = given;
  if (typeof metric !== 'string' || metric === '')
    throw source.refuse(
      [...place, 'metric'],
      `${key}.metric wants the name of a metric that the command reports; got ${shown(metric)}.`,
    );
  if (RESERVED.includes(metric))
    throw source.refuse([...place, 'metric'], `${key}.metric: a metric may not be called "${metric}"; rename it.`);
  if (goal !== 'maximize' && goal !== 'minimize')
    throw source.refuse([...place, 'goal'], `${key}.goal wants "maximize" or "minimize"; got ${shown(goal)}.`);
  return { name: metric, direction: goal };
}

function readYamlLimits(source: YamlSource, given: NonNullable<Given['limits']>): Limits {
  for (const metric of Object.keys(given))
    if (RESERVED.includes(metric))
      throw source.refuse(['limits', metric], `limits: a metric may not be called "${metric}"; rename it.`);
  const limits = Object.fromEntries(
    Object.entries(given).map(([metric, { atMost, atLeast }]) => [
      metric,
      { ...(atMost === undefined ? {} : { atMost }), ...(atLeast === undefined ? {} : { atLeast }) },
    ]),
  );
  try {
    readLimits(limits, 'limits');
  } catch (error) {
    if (!isTuneError(error)) throw error;
    const { metric } = error.facts;
    throw source.refuse(typeof metric === 'string' ? ['limits', metric] : ['limits'], error.message);
  }
  return limits;
}

function readCommand(source: YamlSource, command: string | readonly string[], shell: boolean): CommandTemplate {
  return atKey(source, ['command'], () => {
    if (shell) {
      if (typeof command !== 'string')
        throw new TuneError('template', 'with "shell: true" the command must be one text.');
      return shellTemplate(command);
    }
    const words = typeof command === 'string' ? splitCommand(command) : command.map(parseTemplate);
    return { kind: 'words', words };
  });
}

function readEnv(source: YamlSource, env: Readonly<Record<string, unknown>>): Record<string, Template> {
  const entries = Object.entries(env).map(([name, value]) => {
    if (name === '' || /[=\0]/.test(name))
      throw source.refuse(['env', name], `env: ${shown(name)} is no name of a variable.`);
    if (name.startsWith('ATTUNE_TRIAL')) throw source.refuse(['env', name], `env: ${name} is set by Attune itself.`);
    return [name, atKey(source, ['env', name], () => parseTemplate(String(value)))] as const;
  });
  return Object.fromEntries(entries);
}

/** Every `{path}` must be a parameter, and none of its values may be one that no command can be given. */
function checkPaths(
  source: YamlSource,
  { dimensions }: Space,
  command: CommandTemplate,
  env: Readonly<Record<string, Template>>,
): void {
  const used: [YamlPath, string[]][] = [
    [['command'], command.kind === 'shell' ? [...command.paths] : command.words.flatMap(pathsOf)],
    ...Object.entries(env).map(([name, template]): [YamlPath, string[]] => [['env', name], pathsOf(template)]),
  ];
  const names = dimensions.map(({ path }) => path);
  for (const [place, paths] of used)
    for (const path of paths) {
      if (!names.includes(path))
        throw source.refuse(
          place,
          `${place.join('.')}: {${path}} is no parameter; ${didYouMean(path, names)} Write {{ for a brace itself.`,
        );
      if (dimensions.some((dimension) => dimension.path === path && hasNul(dimension)))
        throw source.refuse(
          ['space', path],
          `space: parameter "${path}" has a choice with a NUL character, which no command can be given.`,
        );
    }
}

const hasNul = ({ labels }: Dimension): boolean => labels?.some((label) => String(label).includes('\0')) ?? false;

/** A program that is not there is refused before a study is made of it. One whose name is a parameter is met by its trial. */
function checkProgram(source: YamlSource, command: CommandTemplate, cwd: string): void {
  if (command.kind === 'shell') return;
  const [first] = command.words;
  const [program, ...more] = first ?? [];
  if (first?.length === 0 || first === undefined) throw source.refuse(['command'], 'command: it names no program.');
  if (typeof program !== 'string' || more.length > 0) return;
  const places = program.includes('/')
    ? [isAbsolute(program) ? program : join(cwd, program)]
    : (process.env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, program));
  if (!places.some(isExecutable))
    throw source.refuse(
      ['command'],
      program.includes('/')
        ? `command: ${places[0] ?? program} is no file that can be run.`
        : `command: there is no program "${program}" on the PATH.`,
    );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function known(
  source: YamlSource,
  key: 'sampler' | 'pruner',
  given: string | undefined,
  names: readonly string[],
): string {
  if (given === undefined || names.includes(given)) return given ?? 'auto';
  throw source.refuse([key], `there is no ${key} "${given}"; ${didYouMean(given, names)}`);
}

/** What a template is refused for, said of its place in the file. */
function atKey<T>(source: YamlSource, place: YamlPath, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isTuneError(error)) throw source.refuse(place, `${place.join('.')}: ${error.message}`);
    throw error;
  }
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a message shows it. */
function shown(value: unknown): string {
  const json = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
