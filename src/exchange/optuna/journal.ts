/**
 * Optuna's journal files (JournalStorage over JournalFileStorage of 3.1.0): one JSON object a line, each an operation with its code; a study is their fold.
 * Source: optuna/storages/_journal/storage.py, `JournalOperation` and `JournalStorageReplayResult`. Trials and studies are numbered in the order of the file.
 */
import type { Direction, Json } from '#core';
import {
  damaged,
  jsonNumber,
  parsePythonJson,
  readTime,
  STATES,
  timeText,
  type OptunaParam,
  type OptunaState,
  type OptunaStudy,
  type OptunaTrial,
} from './model.ts';

const OP = {
  createStudy: 0,
  deleteStudy: 1,
  studyUserAttr: 2,
  studySystemAttr: 3,
  createTrial: 4,
  param: 5,
  stateValues: 6,
  intermediate: 7,
  trialUserAttr: 8,
  trialSystemAttr: 9,
} as const;

/** By Optuna's number (optuna/study/_study_direction.py); 0 is "not set". */
const DIRECTIONS: readonly (Direction | null)[] = [null, 'minimize', 'maximize'];

/** The text of a journal that holds one study. */
export function optunaJournal(study: OptunaStudy): string {
  const lines: string[] = [];
  const write = (op_code: number, fields: object): number =>
    lines.push(`${pythonJson({ op_code, worker_id: 'attune', ...fields })}\n`);
  const time = (ms: number | null): string | null => (ms === null ? null : timeText(ms, 'T'));
  write(OP.createStudy, { study_name: study.name, directions: study.directions.map((one) => DIRECTIONS.indexOf(one)) });
  for (const [key, value] of Object.entries(study.userAttrs))
    write(OP.studyUserAttr, { study_id: 0, user_attr: { [key]: value } });
  for (const [key, value] of Object.entries(study.systemAttrs))
    write(OP.studySystemAttr, { study_id: 0, system_attr: { [key]: value } });
  for (const trial of study.trials) {
    const params = Object.entries(trial.params);
    // Whole, as Optuna itself writes a trial that it was given finished.
    write(OP.createTrial, {
      study_id: 0,
      state: STATES.indexOf(trial.state),
      datetime_start: time(trial.start),
      ...(trial.complete === null ? {} : { datetime_complete: time(trial.complete) }),
      value: null,
      values: trial.values?.map(bare) ?? null,
      distributions: Object.fromEntries(params.map(([name, { distribution }]) => [name, distribution])),
      params: Object.fromEntries(params.map(([name, { internal }]) => [name, bare(internal)])),
      user_attrs: trial.userAttrs,
      system_attrs: trial.systemAttrs,
      intermediate_values: Object.fromEntries(trial.intermediate.map(([step, value]) => [step, bare(value)])),
    });
  }
  return lines.join('');
}

/** Marks a number that JSON.stringify would not write as Python does: floats keep their point, and what is not finite has no quotes. */
const BARE = '\u0000';
const bare = (value: number): number | string =>
  Number.isInteger(value) && Math.abs(value) < 1e21
    ? `${BARE}${value}.0`
    : Number.isFinite(value)
      ? value
      : BARE + jsonNumber(value);
const pythonJson = (value: object): string =>
  JSON.stringify(value).replace(/"\\u0000(NaN|-?Infinity|-?\d+\.0)"/g, '$1');

interface Trial {
  readonly study: number;
  state: OptunaState;
  values: readonly number[] | null;
  readonly params: Record<string, OptunaParam>;
  readonly intermediate: Map<number, number>;
  readonly userAttrs: Record<string, Json>;
  readonly systemAttrs: Record<string, Json>;
  start: number | null;
  complete: number | null;
}

interface Study extends Omit<OptunaStudy, 'trials'> {
  readonly userAttrs: Record<string, Json>;
  readonly systemAttrs: Record<string, Json>;
}

type Log = Readonly<Record<string, Json>>;

/** Every study in the text. A last line without its end is one that was being written, and is left out as Optuna does. */
export function readOptunaJournal(text: string, path: string): OptunaStudy[] {
  const studies = new Map<number, Study>();
  const trials: Trial[] = [];
  let nextStudy = 0;
  const lines = text.split('\n');
  lines.pop(); // empty, or the line being written
  if (lines.length === 0) throw damaged(path, 'it is neither SQLite nor has it one whole line');
  lines.forEach((line, index) => {
    const refuse = (what: string): never => {
      throw damaged(path, `line ${index + 1} ${what}`);
    };
    const log = readLog(line) ?? refuse('is not a JSON object');
    const number = (key: string): number => {
      const value = log[key];
      return typeof value === 'number' ? value : refuse(`has no number "${key}"`);
    };
    const text = (key: string): string => {
      const value = log[key];
      return typeof value === 'string' ? value : refuse(`has no text "${key}"`);
    };
    switch (number('op_code')) {
      case OP.createStudy: {
        const name = text('study_name');
        if ([...studies.values()].some((one) => one.name === name)) return;
        const directions = list(log['directions']).map(
          (code) => DIRECTIONS[Number(code)] ?? refuse('has an unknown direction'),
        );
        studies.set(nextStudy++, { name, directions, userAttrs: {}, systemAttrs: {} });
        return;
      }
      case OP.deleteStudy:
        studies.delete(number('study_id'));
        return;
      case OP.studyUserAttr:
        Object.assign(studies.get(number('study_id'))?.userAttrs ?? {}, record(log['user_attr']));
        return;
      case OP.studySystemAttr:
        Object.assign(studies.get(number('study_id'))?.systemAttrs ?? {}, record(log['system_attr']));
        return;
      case OP.createTrial: {
        const study = number('study_id');
        if (studies.has(study)) trials.push(createdTrial(log, study) ?? refuse('has an unknown state'));
        return;
      }
    }
    if (!Object.values<number>(OP).includes(number('op_code')))
      refuse(`has the unknown operation ${number('op_code')}`);
    // What is left is about a trial; one that has ended is changed no more, whoever wrote later.
    const trial = trials[number('trial_id')];
    if (trial === undefined || ['COMPLETE', 'PRUNED', 'FAIL'].includes(trial.state)) return;
    switch (number('op_code')) {
      case OP.param:
        trial.params[text('param_name')] = {
          internal: number('param_value_internal'),
          distribution: text('distribution'),
        };
        return;
      case OP.stateValues:
        trial.state = STATES[number('state')] ?? refuse('has an unknown state');
        trial.values = numbersOrNull(log['values']) ?? trial.values;
        trial.start = readTime(log['datetime_start']) ?? trial.start;
        trial.complete = readTime(log['datetime_complete']) ?? trial.complete;
        return;
      case OP.intermediate:
        trial.intermediate.set(number('step'), Number(log['intermediate_value']));
        return;
      case OP.trialUserAttr:
        Object.assign(trial.userAttrs, record(log['user_attr']));
        return;
      case OP.trialSystemAttr:
        Object.assign(trial.systemAttrs, record(log['system_attr']));
        return;
    }
  });
  return [...studies].map(([id, study]) => ({
    ...study,
    trials: trials
      .filter((trial) => trial.study === id)
      .map(({ study: _study, intermediate, ...trial }): OptunaTrial => ({
        ...trial,
        intermediate: [...intermediate].sort(([a], [b]) => a - b),
      })),
  }));
}

function createdTrial(log: Log, study: number): Trial | null {
  const { state = 0, value = null } = log;
  const known = STATES[Number(state)];
  const distributions = record(log['distributions']);
  const params = Object.entries(record(log['params'])).map(([name, internal]): [string, OptunaParam] => [
    name,
    { internal: Number(internal), distribution: textOf(distributions[name]) },
  ]);
  if (known === undefined) return null;
  return {
    study,
    state: known,
    values: numbersOrNull(log['values']) ?? numbersOrNull(value === null ? null : [value]),
    params: Object.fromEntries(params),
    intermediate: new Map(
      Object.entries(record(log['intermediate_values'])).map(([step, one]) => [Number(step), Number(one)]),
    ),
    userAttrs: { ...record(log['user_attrs']) },
    systemAttrs: { ...record(log['system_attrs']) },
    start: readTime(log['datetime_start']),
    complete: readTime(log['datetime_complete']),
  };
}

function readLog(line: string): Log | null {
  try {
    const json = parsePythonJson(line);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Log) : null; // neither list nor plain value
  } catch {
    return null;
  }
}

const textOf = (json: Json | undefined): string => (typeof json === 'string' ? json : JSON.stringify(json ?? null));
const list = (json: Json | undefined): readonly Json[] => (Array.isArray(json) ? (json as readonly Json[]) : []);
const record = (json: Json | undefined): Log =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Log) : {}; // neither list nor plain value
const numbersOrNull = (json: Json | undefined): number[] | null => (Array.isArray(json) ? json.map(Number) : null);
