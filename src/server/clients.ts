/**
 * The leases of clients over HTTP. A client signs for each trial it asks for by a name of its own, which carries how long it may be silent; its reports and heartbeats
 * are noted in the storage as a worker's are, so every server and every run that looks at the study judges by the same ones. A trial whose client is
 * silent for longer goes back in line: the next that asks gets it, and what the former client still says is refused.
 */
import { isTuneError, TuneError, type RunningTrial } from '#core';
import { clientLeaseMs } from '#storage';
import type { Lease, Study } from '#study';

/** The client that holds a trial now; null if nobody does, or a worker of another kind, which beats for itself. */
export function clientOf(study: Study, number: number): string | null {
  const trial = study.trials[number];
  return trial?.state === 'running' && clientLeaseMs(trial.worker) !== null ? trial.worker : null;
}

/** Notes that the client of a trial was heard of. */
export async function renew(study: Study, lease: Lease, number: number): Promise<void> {
  const client = clientOf(study, number);
  if (client !== null) await lease.renew(client);
}

/** The attempt that a client means: without a word the only one there was. */
export async function attemptOf(study: Study, number: number, attempt: number | undefined): Promise<number> {
  if (attempt !== undefined) return attempt;
  await study.refresh();
  const now = study.trials[number]?.attempt ?? 1;
  if (now > 1)
    throw new TuneError(
      'taken-over',
      `trial ${number} was taken over and is in attempt ${now}; say by "attempt" which one this comes from.`,
      { key: 'attempt' },
    );
  return now;
}

/** The trial if this attempt still holds it; else a TuneError that says what became of it. */
export async function heldTrial(study: Study, number: number, attempt: number): Promise<RunningTrial> {
  await study.refresh();
  const trial = study.trials[number];
  if (trial === undefined)
    throw new TuneError('no-trial', `the study has no trial ${number}; it has ${study.trials.length}.`, { number });
  if (trial.attempt !== attempt)
    throw new TuneError(
      'taken-over',
      `trial ${number} was given up as lost and taken over; attempt ${attempt} does not hold it any more.`,
      { number },
    );
  if (trial.state !== 'running')
    throw new TuneError('not-running', `trial ${number} is ${trial.state}, not running; nobody holds it.`, { number });
  return trial;
}

/** One look: trials of silent clients go back in line. Workers of other kinds are left to the runs, which know their checkpoints. */
export async function recoverSilent(study: Study, lease: Lease): Promise<void> {
  await study.refresh();
  await lease.look();
  const silent = new Set<string>();
  await study.recover((worker) => {
    const alive = clientLeaseMs(worker) === null || lease.isAlive(worker);
    if (!alive) silent.add(worker);
    return alive;
  });
  for (const client of silent) await lease.forget(client);
}

/** Looks every `everyMs` until the returned function is called; `gone` is called when the study is found to have been removed. */
export function watchClients(study: Study, lease: Lease, everyMs: number, gone: () => void): () => void {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    recoverSilent(study, lease)
      .catch((error: unknown) => {
        // A storage in trouble is told by the requests, too; the next look comes.
        if (isTuneError(error) && error.code === 'no-study') gone();
      })
      .finally(() => (looking = false));
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
