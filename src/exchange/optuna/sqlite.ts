/** Optuna's SQLite files: written for Optuna 3.1.0 to open, read as 3.1.0 wrote them. */
import Database from 'better-sqlite3';
import type { Direction, Json } from '#core';
import {
  damaged,
  parsePythonJson,
  readTime,
  STATES,
  timeText,
  type OptunaParam,
  type OptunaState,
  type OptunaStudy,
  type OptunaTrial,
} from './model.ts';
import { SCHEMA, TABLES } from './tables.ts';

/** Writes a new file; the caller sees to it that there is none at `path`. */
export function writeOptunaSqlite(path: string, study: OptunaStudy): void {
  const db = new Database(path);
  try {
    // One commit: a file that nobody else reads needs no journal.
    db.pragma('journal_mode = MEMORY');
    db.transaction(() => insertStudy(db, study))();
  } finally {
    db.close();
  }
}

function insertStudy(db: Database.Database, study: OptunaStudy): void {
  db.exec(TABLES);
  const into = (table: string, ...columns: string[]): Database.Statement<unknown[]> =>
    db.prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`);
  into('version_info', 'version_info_id', 'schema_version', 'library_version').run(1, SCHEMA.schema, SCHEMA.library);
  into('alembic_version', 'version_num').run(SCHEMA.alembic);
  into('studies', 'study_id', 'study_name').run(1, study.name);
  const direction = into('study_directions', 'study_id', 'objective', 'direction');
  study.directions.forEach((one, objective) => direction.run(1, objective, one.toUpperCase()));
  const attribute = (of: 'study' | 'trial', kind: 'user' | 'system'): ((id: number, all: object) => void) => {
    const statement = into(`${of}_${kind}_attributes`, `${of}_id`, '"key"', 'value_json');
    return (id, all) => Object.entries(all).forEach(([key, value]) => statement.run(id, key, JSON.stringify(value)));
  };
  attribute('study', 'user')(1, study.userAttrs);
  attribute('study', 'system')(1, study.systemAttrs);
  const user = attribute('trial', 'user');
  const system = attribute('trial', 'system');
  const row = into('trials', 'trial_id', 'number', 'study_id', 'state', 'datetime_start', 'datetime_complete');
  const param = into('trial_params', 'trial_id', 'param_name', 'param_value', 'distribution_json');
  const value = into('trial_values', 'trial_id', 'objective', 'value', 'value_type');
  const step = into('trial_intermediate_values', 'trial_id', 'step', 'intermediate_value', 'intermediate_value_type');
  const time = (ms: number | null): string | null => (ms === null ? null : timeText(ms, ' '));
  study.trials.forEach((trial, number) => {
    const id = number + 1;
    row.run(id, number, 1, trial.state, time(trial.start), time(trial.complete));
    for (const [name, { internal, distribution }] of Object.entries(trial.params))
      param.run(id, name, internal, distribution);
    trial.values?.forEach((one, objective) => value.run(id, objective, ...storedNumber(one)));
    for (const [at, one] of trial.intermediate) step.run(id, at, ...storedNumber(one));
    user(id, trial.userAttrs);
    system(id, trial.systemAttrs);
  });
}

/** A value and its type: SQLite has no NaN, and Optuna keeps infinities by type as well. */
const storedNumber = (value: number): readonly [number | null, string] =>
  Number.isFinite(value) ? [value, 'FINITE'] : [null, Number.isNaN(value) ? 'NAN' : value > 0 ? 'INF_POS' : 'INF_NEG'];

const TYPES: Readonly<Record<string, number>> = { NAN: NaN, INF_POS: Infinity, INF_NEG: -Infinity };

interface Row {
  readonly [column: string]: string | number | null;
}

/** Every study in the file. A TuneError 'damaged-file' if it cannot be read to its end. */
export function readOptunaSqlite(path: string): OptunaStudy[] {
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true });
    const [check] = db.pragma('integrity_check', { simple: false }) as { integrity_check: string }[]; // SQLite's documented answer
    if (check?.integrity_check !== 'ok')
      throw damaged(path, check?.integrity_check ?? 'no answer to the integrity check');
    return studiesIn(db, path);
  } catch (error) {
    // What SQLite throws of a file that is cut or was never a database.
    if (error instanceof Database.SqliteError) throw damaged(path, error.message);
    throw error;
  } finally {
    db?.close();
  }
}

function studiesIn(db: Database.Database, path: string): OptunaStudy[] {
  const columns = db.prepare('pragma table_info(trial_intermediate_values)').all() as { name: string }[]; // SQLite's documented answer
  if (!columns.some(({ name }) => name === 'intermediate_value_type'))
    throw damaged(
      path,
      'its tables are not those of Optuna 3 (bring an older file up to date with "optuna storage upgrade")',
    );
  /** Rows of a table by the id in one of its columns, in the order they were written. */
  const rowsBy = (table: string, key: string, order: string): ((id: unknown) => readonly Row[]) => {
    const groups = new Map<unknown, Row[]>();
    for (const row of db.prepare(`select * from ${table} order by ${order}`).all() as Row[]) {
      const group = groups.get(row[key]);
      if (group === undefined) groups.set(row[key], [row]);
      else group.push(row);
    }
    return (id) => groups.get(id) ?? [];
  };
  const attributes = (of: 'study' | 'trial', kind: 'user' | 'system'): ((id: unknown) => Record<string, Json>) => {
    const rows = rowsBy(`${of}_${kind}_attributes`, `${of}_id`, `${of}_${kind}_attribute_id`);
    return (id) => Object.fromEntries(rows(id).map(({ key, value_json }) => [String(key), jsonIn(value_json, path)]));
  };
  const number = (row: Row, value: string): number => TYPES[String(row[`${value}_type`])] ?? Number(row[value]);
  const params = rowsBy('trial_params', 'trial_id', 'param_id');
  const values = rowsBy('trial_values', 'trial_id', 'objective');
  const steps = rowsBy('trial_intermediate_values', 'trial_id', 'step');
  const trialUser = attributes('trial', 'user');
  const trialSystem = attributes('trial', 'system');
  const toTrial = (row: Row): OptunaTrial => {
    const id = row['trial_id'];
    const state = STATES.find((one) => one === row['state']) satisfies OptunaState | undefined;
    if (state === undefined)
      throw damaged(path, `trial ${row['number']} has the state ${JSON.stringify(row['state'])}`);
    const results = values(id).map((one) => number(one, 'value'));
    return {
      state,
      values: results.length === 0 ? null : results,
      params: Object.fromEntries(
        params(id).map(({ param_name, param_value, distribution_json }): [string, OptunaParam] => [
          String(param_name),
          { internal: Number(param_value), distribution: String(distribution_json) },
        ]),
      ),
      intermediate: steps(id).map((one) => [Number(one['step']), number(one, 'intermediate_value')]),
      userAttrs: trialUser(id),
      systemAttrs: trialSystem(id),
      start: readTime(row['datetime_start']),
      complete: readTime(row['datetime_complete']),
    };
  };
  const directions = rowsBy('study_directions', 'study_id', 'objective');
  const trials = rowsBy('trials', 'study_id', 'number');
  const studyUser = attributes('study', 'user');
  const studySystem = attributes('study', 'system');
  return (db.prepare('select * from studies order by study_id').all() as Row[]).map((row) => {
    const id = row['study_id'];
    return {
      name: String(row['study_name']),
      directions: directions(id).map((one): Direction => (one['direction'] === 'MAXIMIZE' ? 'maximize' : 'minimize')),
      userAttrs: studyUser(id),
      systemAttrs: studySystem(id),
      trials: trials(id).map(toTrial),
    };
  });
}

function jsonIn(text: string | number | null | undefined, path: string): Json {
  try {
    return parsePythonJson(String(text));
  } catch {
    throw damaged(path, `an attribute is not JSON: ${String(text).slice(0, 60)}`);
  }
}
