/** The routes: studies, ask, report, tell, trials, events. What they take and answer is in declarations.ts. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Env } from 'hono';
import { streamSSE } from 'hono/streaming';
import { toWireObjectives, toWireTrial, type WireStudy, type WireTrial } from '#api';
import { encodeEvent, isTuneError, TuneError, type PruneDecision, type Storage } from '#core';
import { spaceFromJson } from '#space';
import { clientName, readToDamage } from '#storage';
import { createStudy, LEASE_MS, openStudy, type Lease, type Study } from '#study';
import { attemptOf, clientOf, heldTrial, renew, watchClients } from './clients.ts';
import { routes } from './declarations.ts';
import { onInvalid } from './errors.ts';
import { logPages } from './log-pages.ts';
import { listFiles, readPart, type FolderOf } from './trial-files.ts';

/** The log is looked at this often for what other processes wrote. */
const POLL_MS = 250;
/** A connection that says nothing is closed by proxies: a comment line keeps it. */
const HEARTBEAT_MS = 15_000;

export interface Routes {
  readonly app: OpenAPIHono;
  /** Lets go of the studies. */
  close(): Promise<void>;
}

/** A study that the server has open, and the heartbeats it sees of it. */
interface OpenStudy {
  readonly study: Study;
  readonly lease: Lease;
  readonly unwatch: () => void;
}

/** `leaseMs`: the server's own lease; it looks at those of clients five times as often. */
export function createRoutes(storage: Storage, leaseMs: number = LEASE_MS, folderOf: FolderOf | null = null): Routes {
  const app = new OpenAPIHono<Env>({ defaultHook: onInvalid });
  // One object for a study: its calls take turns, and samplers keep their caches.
  const open = new Map<string, Promise<OpenStudy>>();

  async function openOf(name: string): Promise<OpenStudy> {
    let opening = open.get(name);
    if (!opening) {
      opening = openStudy(storage, name).then(async (study) => {
        const lease = await study.hold({ leaseMs });
        // There may be another study of that name later.
        const letGo = (): void => {
          unwatch();
          open.delete(name);
          void lease.release();
        };
        const unwatch = watchClients(study, lease, leaseMs / 5, letGo);
        return { study, lease, unwatch };
      });
      open.set(name, opening);
      opening.catch(() => open.delete(name));
    }
    return opening;
  }

  const studyOf = async (name: string): Promise<Study> => (await openOf(name)).study;

  async function fresh(name: string): Promise<Study> {
    const study = await studyOf(name);
    await study.refresh();
    return study;
  }

  app.openapi(routes.studies, async (c) => {
    const list = await storage.list();
    const studies = list.map(({ definition, events }) => ({
      name: definition.name,
      createdAt: new Date(definition.createdAt).toISOString(),
      events,
      objectives: toWireObjectives(definition),
      sampler: definition.sampler,
      pruner: definition.pruner,
    }));
    return c.json({ studies }, 200);
  });
  app.openapi(routes.create, async (c) => {
    const { space, sampler, pruner, seed, trials, maxSteps, ...rest } = c.req.valid('json');
    await createStudy({
      ...rest,
      space: spaceFromJson(space),
      storage,
      ...(sampler === undefined ? {} : { sampler }),
      ...(pruner === undefined ? {} : { pruner }),
      ...(seed === undefined ? {} : { seed }),
      ...(trials === undefined ? {} : { trials }),
      ...(maxSteps === undefined ? {} : { maxSteps }),
    });
    return c.json(wireStudy(await studyOf(rest.name)), 200);
  });
  app.openapi(routes.study, async (c) => c.json(wireStudy(await fresh(c.req.valid('param').study)), 200));
  app.openapi(routes.ask, async (c) => {
    const { resumable = false, leaseSeconds } = c.req.valid('json');
    const { study, lease } = await openOf(c.req.valid('param').study);
    const { number } = await study.ask({ resumable, worker: clientName(Math.round(1000 * leaseSeconds)) });
    await renew(study, lease, number);
    return c.json(wireTrial(study, number), 200);
  });
  app.openapi(routes.trials, async (c) => {
    const { state, from, limit } = c.req.valid('query');
    const study = await fresh(c.req.valid('param').study);
    const found = study.trials.slice(from).filter((trial) => state === undefined || trial.state === state);
    const page = found.slice(0, limit);
    const next = found[limit]?.number ?? null;
    return c.json({ trials: page.map((trial) => toWireTrial(trial, study.seedOf(trial.number))), next }, 200);
  });
  app.openapi(routes.trial, async (c) => {
    const { study: name, number } = c.req.valid('param');
    return c.json(wireTrial(await fresh(name), number), 200);
  });
  app.openapi(routes.report, async (c) => {
    const { study: name, number } = c.req.valid('param');
    const { step, values, attempt, resumable = false } = c.req.valid('json');
    const { study, lease } = await openOf(name);
    const client = clientOf(study, number);
    const of = { number, attempt: await attemptOf(study, number, attempt), resumable };
    const decision = await study.report(of, step, values, { resumable });
    if (decision.decision !== 'pause') await renew(study, lease, number);
    else if (client !== null) await lease.forget(client);
    return c.json(decision, 200);
  });
  app.openapi(routes.heartbeat, async (c) => {
    const { study: name, number } = c.req.valid('param');
    const { study, lease } = await openOf(name);
    const { stopReason } = await heldTrial(study, number, c.req.valid('json').attempt);
    await renew(study, lease, number);
    const decision: PruneDecision =
      stopReason === null ? { decision: 'continue' } : { decision: 'stop', reason: stopReason };
    return c.json(decision, 200);
  });
  app.openapi(routes.tell, async (c) => {
    const { study: name, number } = c.req.valid('param');
    const { state, values, reason, error, attempt } = c.req.valid('json');
    const { study, lease } = await openOf(name);
    const client = clientOf(study, number);
    const of = { number, attempt: await attemptOf(study, number, attempt), resumable: false };
    if (state === 'failed') await study.tell(of, { state, error: error ?? 'no reason given' });
    else if (state === 'pruned')
      await study.tell(of, { state, ...(values && { values }), ...(reason !== undefined && { reason }) });
    else await study.tell(of, { state, values: values ?? {} });
    if (client !== null) await lease.forget(client);
    return c.json(wireTrial(study, number), 200);
  });
  app.openapi(routes.stop, async (c) => {
    const { study: name, number } = c.req.valid('param');
    const study = await fresh(name);
    await study.stop(number, c.req.valid('json').reason);
    return c.json(wireTrial(study, number), 200);
  });
  app.openapi(routes.note, async (c) => {
    const { study: name, number } = c.req.valid('param');
    const study = await fresh(name);
    wireTrial(study, number); // refuses a trial that is not there
    await study.setAttribute(number, 'note', c.req.valid('json').note);
    return c.json(wireTrial(study, number), 200);
  });
  app.openapi(routes.enqueue, async (c) => {
    const study = await fresh(c.req.valid('param').study);
    return c.json(wireTrial(study, await study.enqueue(c.req.valid('json').params)), 200);
  });
  app.openapi(routes.hold, async (c) => {
    const study = await fresh(c.req.valid('param').study);
    await study.setHeld(c.req.valid('json').held);
    return c.json(wireStudy(study), 200);
  });
  app.openapi(routes.files, async (c) => {
    const { study: name, number } = c.req.valid('param');
    wireTrial(await fresh(name), number);
    return c.json({ files: folderOf === null ? [] : await listFiles(folderOf(name, number)) }, 200);
  });
  app.openapi(routes.file, async (c) => {
    const { study: name, number, name: file } = c.req.valid('param');
    wireTrial(await fresh(name), number);
    const part = folderOf && (await readPart(folderOf(name, number), file, c.req.valid('query').from));
    if (part === null) throw new TuneError('no-file', `trial ${number} has written no file of that name.`, { number });
    return c.body(part.bytes, 200, {
      // Never shown as a page of this server, whatever is in it.
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'attune-file-from': String(part.from),
      'attune-file-bytes': String(part.size),
    });
  });
  const pages = logPages(storage);
  app.openapi(routes.log, async (c) => {
    const { body, total, createdAt } = await pages.page(c.req.valid('param').study, c.req.valid('query').after);
    // Compressed once for all who ask: every browser and HTTP client takes gzip.
    return c.body(new Uint8Array(body), 200, {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'attune-log-total': String(total),
      'attune-log-created': String(createdAt),
    }) as never; // a body of bytes has no type that the schema could be compared with
  });
  app.openapi(routes.events, async (c) => {
    const { study: name } = c.req.valid('param');
    const found = await storage.find(name);
    if (found === null) throw new TuneError('no-study', `there is no study "${name}".`, { name });
    const last = Number(c.req.header('last-event-id'));
    let after = c.req.valid('query').after ?? (Number.isSafeInteger(last) && last > 0 ? last : 0);
    return streamSSE(c, async (stream) => {
      let heard = performance.now();
      while (!stream.aborted) {
        const news = await readToDamage(storage, found.id, after).catch(async (error: unknown) => {
          if (!isTuneError(error)) throw error;
          // Headers are out: what ends the stream is said in it.
          await stream.writeSSE({ event: error.code === 'no-study' ? 'gone' : 'trouble', data: error.message });
          return null;
        });
        if (news === null) return;
        for (const { seq, event } of news.events) {
          await stream.writeSSE({ id: String(seq), event: event.type, data: encodeEvent(event) });
          after = seq;
          heard = performance.now();
          if (stream.aborted) return;
        }
        if (news.damage !== null) {
          const { last, why } = news.damage;
          await stream.writeSSE({ id: String(last), event: 'damage', data: why.message });
          after = last;
          continue;
        }
        if (performance.now() - heard > HEARTBEAT_MS) {
          await stream.write(': still here\n\n');
          heard = performance.now();
        }
        await stream.sleep(POLL_MS);
      }
    });
  });
  return {
    app,
    async close() {
      for (const opening of open.values())
        await opening.then(
          ({ lease, unwatch }) => {
            unwatch();
            return lease.release();
          },
          () => undefined,
        );
    },
  };
}

function wireTrial(study: Study, number: number): WireTrial {
  const trial = study.trials[number];
  if (trial === undefined)
    throw new TuneError('no-trial', `the study has no trial ${number}; it has ${study.trials.length}.`, { number });
  return toWireTrial(trial, study.seedOf(number));
}

function wireStudy(study: Study): WireStudy {
  const { name, definition, counts, finished } = study;
  const best = definition.objectives.length === 1 ? study.best : null;
  return {
    name,
    createdAt: new Date(definition.createdAt).toISOString(),
    space: { ...definition.space },
    objectives: toWireObjectives(definition),
    sampler: study.sampler,
    pruner: study.pruner,
    seed: definition.seed,
    counts: { ...counts },
    finished: finished?.reason ?? null,
    best: best && toWireTrial(best, study.seedOf(best.number)),
  };
}
