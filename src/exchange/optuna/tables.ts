/**
 * The tables of Optuna's RDB storage on SQLite, as Optuna 3.1.0 creates them (schema 12, Alembic version v3.0.0.d): printed from the `sqlite_master`
 * of a file that it made. Columns and names are Optuna's.
 */

/** What Optuna asks before it opens a file: it refuses another schema or Alembic version than its own. */
export const SCHEMA = { schema: 12, library: '3.1.0', alembic: 'v3.0.0.d' } as const;

const attributes = (of: 'study' | 'trial', kind: 'user' | 'system'): string => `
  create table ${of}_${kind}_attributes (
    ${of}_${kind}_attribute_id integer not null primary key,
    ${of}_id integer references ${of === 'study' ? 'studies' : 'trials'} (${of}_id),
    "key" varchar(512), value_json text, unique (${of}_id, "key"));`;

export const TABLES = `
  create table studies (study_id integer not null primary key, study_name varchar(512) not null);
  create unique index ix_studies_study_name on studies (study_name);
  create table version_info (
    version_info_id integer not null primary key, schema_version integer, library_version varchar(256), check (version_info_id = 1));
  create table study_directions (
    study_direction_id integer not null primary key, direction varchar(8) not null,
    study_id integer not null references studies (study_id), objective integer not null, unique (study_id, objective));
  ${attributes('study', 'user')}
  ${attributes('study', 'system')}
  create table trials (
    trial_id integer not null primary key, number integer, study_id integer references studies (study_id),
    state varchar(8) not null, datetime_start datetime, datetime_complete datetime);
  ${attributes('trial', 'user')}
  ${attributes('trial', 'system')}
  create table trial_params (
    param_id integer not null primary key, trial_id integer references trials (trial_id), param_name varchar(512),
    param_value float, distribution_json text, unique (trial_id, param_name));
  create table trial_values (
    trial_value_id integer not null primary key, trial_id integer not null references trials (trial_id), objective integer not null,
    value float, value_type varchar(7) not null, unique (trial_id, objective));
  create table trial_intermediate_values (
    trial_intermediate_value_id integer not null primary key, trial_id integer not null references trials (trial_id), step integer not null,
    intermediate_value float, intermediate_value_type varchar(7) not null, unique (trial_id, step));
  create table trial_heartbeats (
    trial_heartbeat_id integer not null primary key, trial_id integer not null unique references trials (trial_id), heartbeat datetime not null);
  create table alembic_version (version_num varchar(32) not null primary key);
`;
