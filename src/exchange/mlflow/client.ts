/**
 * The calls of MLflow's REST API that a study needs (https://mlflow.org/docs/latest/rest-api.html; fields as in mlflow/protos/service.proto).
 * A server that is busy, restarting or away is tried again, with pauses that double; what it refuses is not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { TuneError } from '#core';

export interface MlflowOptions {
  /** Of the tracking server: http://localhost:5000. */
  readonly url: string;
  /** Sent as a bearer token. Default: none. */
  readonly token?: string | undefined;
  /** Default: the study's name. */
  readonly experiment?: string | undefined;
}

export interface MlflowMetric {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** What is read of a run. */
export interface MlflowRun {
  readonly id: string;
  readonly status: string;
  readonly metrics: readonly { readonly key: string; readonly step: number }[];
  readonly tags: Readonly<Record<string, string>>;
}

export type RunStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

export interface MlflowClient {
  /** The id of the experiment of that name, which is created if it is not there. */
  experiment(name: string): Promise<string>;
  createRun(experiment: string, name: string, startedAt: number, tags: readonly Entry[]): Promise<string>;
  /** In as many requests as the server's limits ask for. */
  log(
    run: string,
    what: {
      readonly params?: readonly Entry[];
      readonly tags?: readonly Entry[];
      readonly metrics?: readonly MlflowMetric[];
    },
  ): Promise<void>;
  update(run: string, status: RunStatus, endedAt: number | null): Promise<void>;
  /** Runs of the experiment that have this tag at this value, which must hold no quotes. */
  search(experiment: string, tag: string, value: string): Promise<MlflowRun[]>;
}

// Limits of runs/log-batch.
const MOST_METRICS = 1000;
const MOST_ENTRIES = 100;
const LONGEST = 250;
const ATTEMPTS = 3;
const REQUEST_MS = 10_000;
const PAGE = 1000;

/** Keys may have letters, digits, `_-. /`, and as paths of files must be the shortest to where they lead; what is too long is cut. */
const mlflowKey = (text: string): string => {
  const parts = text
    .replace(/[^\w\-. /]/g, '_')
    .slice(0, LONGEST)
    .split('/');
  const path = parts.filter((part) => part !== '' && part !== '.' && part !== '..').join('/');
  return path.replace(/^\.\./, '__') || '_';
};

/** A key for each name, always the same. Names that become one key are told apart by a number: a server refuses two parameters of one key. */
export function mlflowKeys(names: readonly string[]): (name: string) => string {
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  const keyOf = (name: string): string => {
    const known = keys.get(name);
    if (known !== undefined) return known;
    const plain = mlflowKey(name);
    let key = plain;
    for (let i = 2; taken.has(key); i++) key = `${plain.slice(0, LONGEST - 1 - String(i).length)}_${i}`;
    keys.set(name, key);
    taken.add(key);
    return key;
  };
  names.forEach(keyOf);
  return keyOf;
}

export const mlflowValue = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

// Servers write 64-bit integers as numbers or, as JSON of protocol buffers has it, as strings.
const whole = z.coerce.number();
const entries = z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]);
const SEARCHED = z.object({
  runs: z
    .array(
      z.object({
        info: z.object({ run_id: z.string(), status: z.string().default('RUNNING') }),
        data: z
          .object({
            metrics: z.array(z.object({ key: z.string(), step: whole.default(0) })).default([]),
            tags: entries,
          })
          .default({ metrics: [], tags: [] }),
      }),
    )
    .default([]),
  next_page_token: z.string().optional(),
});
const FOUND = z.object({ experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string().optional() }) });
const MADE_EXPERIMENT = z.object({ experiment_id: z.string() });
const MADE_RUN = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const REFUSAL = z.object({ error_code: z.string().optional(), message: z.string().optional() });

/** @throws TuneError `usage` if the address is none. Calls throw a TuneError `mlflow` with what the server answered as facts. */
export function mlflowClient({ url, token }: MlflowOptions): MlflowClient {
  const base = checkedUrl(url);
  const shown = base.replace(/\/$/, '');

  async function send(method: 'GET' | 'POST', path: string, body: object): Promise<unknown> {
    const query = method === 'GET' ? `?${new URLSearchParams(Object.entries(body)).toString()}` : '';
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${base}api/2.0/mlflow/${path}${query}`, {
        method,
        headers: {
          ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      text = await response.text();
    } catch (error) {
      throw new TuneError('mlflow', `MLflow at ${shown} does not answer: ${reasonOf(error)}.`, { again: true });
    }
    const answer = parsed(text);
    if (response.ok) return answer;
    const { error_code: code = '', message = '' } = REFUSAL.safeParse(answer).data ?? {};
    const again = response.status === 429 || response.status >= 500;
    const said = [code, message].filter(Boolean).join(': ').slice(0, 300);
    throw new TuneError(
      'mlflow',
      `MLflow at ${shown} refused ${path} with ${response.status}${said ? ` (${said})` : ''}.`,
      { status: response.status, code, again },
    );
  }

  async function call<T>(
    method: 'GET' | 'POST',
    path: string,
    body: object,
    schema: z.ZodType<T>,
    attempts = ATTEMPTS,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = schema.safeParse(await send(method, path, body));
        if (answer.success) return answer.data;
        throw new TuneError(
          'mlflow',
          `What answers at ${shown} is no MLflow server: ${path} came back in another form.`,
        );
      } catch (error) {
        if (attempt >= attempts || !(error instanceof TuneError) || error.facts['again'] !== true) throw error;
      }
      await sleep(250 * 2 ** attempt);
    }
  }
  const post = <T>(path: string, body: object, schema: z.ZodType<T>, attempts?: number): Promise<T> =>
    call('POST', path, body, schema, attempts);

  const find = async (name: string): Promise<string | null> => {
    try {
      const { experiment } = await call('GET', 'experiments/get-by-name', { experiment_name: name }, FOUND);
      if (experiment.lifecycle_stage !== 'deleted') return experiment.experiment_id;
    } catch (error) {
      if (error instanceof TuneError && error.facts['code'] === 'RESOURCE_DOES_NOT_EXIST') return null;
      throw error;
    }
    throw new TuneError(
      'mlflow',
      `The experiment "${name}" at ${shown} is deleted; restore it there, or name another by MLFLOW_EXPERIMENT_NAME.`,
    );
  };

  return {
    async experiment(name) {
      const found = await find(name);
      if (found !== null) return found;
      try {
        return (await post('experiments/create', { name }, MADE_EXPERIMENT)).experiment_id;
      } catch (error) {
        // Another run was faster.
        const made =
          error instanceof TuneError && error.facts['code'] === 'RESOURCE_ALREADY_EXISTS' ? await find(name) : null;
        if (made === null) throw error;
        return made;
      }
    },
    async createRun(experiment, name, startedAt, tags) {
      const body = { experiment_id: experiment, run_name: name, start_time: Math.round(startedAt), tags };
      // Once only: if the answer is lost, the run may be there, and the caller has to look.
      return (await post('runs/create', body, MADE_RUN, 1)).run.info.run_id;
    },
    async log(run, { params = [], tags = [], metrics = [] }) {
      const nothing = z.unknown();
      for (const chunk of chunks(params, MOST_ENTRIES))
        await post('runs/log-batch', { run_id: run, params: chunk }, nothing);
      for (const chunk of chunks(tags, MOST_ENTRIES))
        await post('runs/log-batch', { run_id: run, tags: chunk }, nothing);
      for (const chunk of chunks(metrics, MOST_METRICS)) {
        // JSON has no NaN and no infinities; that of protocol buffers writes them as strings.
        const sent = chunk.map(({ value, ...rest }) => ({
          ...rest,
          value: Number.isFinite(value) ? value : String(value),
        }));
        await post('runs/log-batch', { run_id: run, metrics: sent }, nothing);
      }
    },
    async update(run, status, endedAt) {
      await post(
        'runs/update',
        { run_id: run, status, ...(endedAt === null ? {} : { end_time: Math.round(endedAt) }) },
        z.unknown(),
      );
    },
    async search(experiment, tag, value) {
      const runs: MlflowRun[] = [];
      let token: string | undefined;
      do {
        const body = {
          experiment_ids: [experiment],
          filter: `tags.\`${tag}\` = '${value}'`,
          max_results: PAGE,
          ...(token === undefined ? {} : { page_token: token }),
        };
        const page = await post('runs/search', body, SEARCHED);
        for (const { info, data } of page.runs) {
          const tags = Object.fromEntries(data.tags.map(({ key, value: text }) => [key, text]));
          runs.push({ id: info.run_id, status: info.status, metrics: data.metrics, tags });
        }
        token = page.next_page_token || undefined;
      } while (token !== undefined);
      return runs;
    },
  };
}

/** The address with a slash at its end. @throws TuneError `usage` if it is none that MLflow could have. */
export function checkedUrl(url: string): string {
  const refuse = (why: string): TuneError =>
    new TuneError('usage', `--mlflow wants the address of a tracking server, as http://localhost:5000; ${why}.`);
  if (!URL.canParse(url)) throw refuse(`got "${url}"`);
  const { protocol, username, password, href } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw refuse(`got "${url}"`);
  if (username !== '' || password !== '')
    throw refuse('keep secrets out of it: the token goes into MLFLOW_TRACKING_TOKEN');
  return href.endsWith('/') ? href : `${href}/`;
}

function* chunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** fetch says "fetch failed" and keeps the reason in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing came within ${REQUEST_MS / 1000} s`;
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.message;
}
