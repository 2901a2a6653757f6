/**
 * Kills a run and its workers at random moments by SIGKILL, resumes, and compares with a run that nothing happened to: every trial finished once, the same
 * values, the same weights to the bit, no finished epoch trained again, nothing left behind. Long form (ATTUNE_LONG=1): 20 kills; short form: 4.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createRng } from '#math';
import { openStorage } from '#storage';
import { openStudy } from '#study';
import { CLI, environment } from '../cli/command.ts';

const long = process.env['ATTUNE_LONG'] === '1';
const KILLS = long ? 20 : 4;
const RATES = long ? [0.3, 1, 2, 3, 5, 8] : [0.3, 1, 3];
const EPOCHS = long ? 12 : 4;
vi.setConfig({ testTimeout: 1_800_000 });

const EXPERIMENT = `
import { choice, experiment } from 'attune';
import { appendFileSync } from 'node:fs';
import { dense, dropout, flatten, sequential } from 'attune/nn';
import { adam } from 'attune/optim';
// Notes each epoch that is begun, in the run's folder.
const noting = (p) => {
  let last = -1;
  const factor = (t) => {
    if (t !== last) appendFileSync('begun.txt', p.learningRate + ' ' + p.units + '\\n');
    last = t;
    return 1;
  };
  return { kind: 'noting', config: {}, unit: 'epoch', factor };
};
export default experiment({
  dataset: 'digits',
  space: { learningRate: choice(${JSON.stringify(RATES.map((rate) => rate / 1000))}), units: choice([16, 32]) },
  model: (p, data) => sequential([flatten(), dense(p.units, { activation: 'relu' }), dropout(0.2), dense(data.classes)]),
  train: (p) => ({ optimizer: adam({ learningRate: p.learningRate }), batchSize: 32, epochs: ${EPOCHS}, schedule: noting(p) }),
  objective: { metric: 'accuracy', goal: 'maximize' },
  sampler: 'grid',
});
`;

let dir: string;
const children = new Set<ChildProcess>();
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-kill-'));
  writeFileSync(join(dir, 'small.ts'), EXPERIMENT);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

function start(study: string): ChildProcess {
  const folder = join(dir, study);
  mkdirSync(folder, { recursive: true });
  const args = ['run', join(dir, 'small.ts'), '--study', study, '--resume', '--parallel', '2', '--quiet'];
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Runs to the end; the text on stderr if it fails. */
async function finish(child: ChildProcess): Promise<string> {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'exit');
  return child.exitCode === 0 ? '' : `exit code ${child.exitCode ?? child.signalCode ?? ''}: ${text}`;
}

/** Children of a process; empty if it is gone. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

const gone = (pid: number): boolean => {
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
};

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** What must be equal. */
async function outcome(study: string) {
  const folder = join(dir, study);
  const address = `sqlite:${join(folder, 'attune.db')}`;
  const opened = await openStudy(address, study);
  const trials = opened.trials.map((trial) => ({
    number: trial.number,
    state: trial.state,
    params: trial.params,
    values: trial.state === 'complete' ? trial.values : null,
    epochs: trial.measurements.map(({ step, values }) => ({ step, values })),
    test: trial.attributes['test'],
    weights: sha256(join(folder, 'attune-out', study, 'trials', String(trial.number), 'model.onnx')),
  }));
  const best = opened.best?.number;
  await opened.close();
  return { trials, best, bundle: sha256(join(folder, 'attune-out', study, 'best', 'model.onnx')) };
}

interface Counts {
  /** How often each trial was finished and lost, by the log. */
  readonly finished: number[];
  readonly lost: number[];
  /** Epochs of each trial that were begun, by the experiment's own notes. */
  readonly begun: number[];
}

async function countsOf(study: string): Promise<Counts> {
  const storage = await openStorage(`sqlite:${join(dir, study, 'attune.db')}`);
  const found = await storage.find(study);
  const events = (await storage.read(found?.id ?? '', 0)).map(({ event }) => event);
  await storage.close();
  const notes = readFileSync(join(dir, study, 'begun.txt'), 'utf8')
    .trim()
    .split('\n');
  const created = events.filter((event) => event.type === 'trialCreated');
  const times = (type: 'trialFinished' | 'trialLost', number: number): number =>
    events.filter((event) => event.type === type && event.number === number).length;
  return {
    finished: created.map(({ number }) => times('trialFinished', number)),
    lost: created.map(({ number }) => times('trialLost', number)),
    begun: created.map(
      ({ params }) =>
        notes.filter((note) => note === `${String(params['learningRate'])} ${String(params['units'])}`).length,
    ),
  };
}

test.runIf(process.platform === 'linux')(
  `${KILLS} random kills of workers and parent change nothing in the result`,
  async () => {
    expect(await finish(start('undisturbed'))).toBe('');
    const expected = await outcome('undisturbed');
    expect(expected.trials.every(({ state }) => state === 'complete')).toBe(true);

    const rng = createRng(long ? 'kill storm' : 'a few kills');
    const seen = new Set<number>();
    const studies: string[] = [];
    let kills = { parent: 0, worker: 0 };
    while (kills.parent + kills.worker < KILLS) {
      // A study that comes through before all kills are spent is followed by another.
      const study = `killed-${studies.length + 1}`;
      studies.push(study);
      let child = start(study);
      for (;;) {
        await sleep(300 + 3000 * rng.float());
        if (child.exitCode !== null) break;
        const workers = childrenOf(child.pid ?? 0);
        workers.forEach((pid) => seen.add(pid));
        // Every other kill is the run's own, and any before its workers are there.
        const isParentsTurn = (kills.parent + kills.worker) % 2 === 1;
        const victim = isParentsTurn ? undefined : workers[rng.int(0, Math.max(0, workers.length - 1))];
        if (kills.parent + kills.worker >= KILLS) {
          expect(await finish(child)).toBe('');
          break;
        }
        if (victim === undefined) {
          kills = { ...kills, parent: kills.parent + 1 };
          child.kill('SIGKILL');
          await once(child, 'exit');
          child = start(study);
        } else {
          kills = { ...kills, worker: kills.worker + 1 };
          if (!gone(victim)) process.kill(victim, 'SIGKILL');
        }
      }
      if (child.exitCode !== 0) expect(await finish(start(study))).toBe('');
    }
    expect(kills.parent).toBeGreaterThan(0);
    expect(kills.worker).toBeGreaterThan(0);

    for (const study of studies) {
      expect(await outcome(study)).toEqual(expected);
      const { finished, lost, begun } = await countsOf(study);
      expect(finished).toEqual(expected.trials.map(() => 1));
      // A loss costs the epoch under way, never a finished one.
      begun.forEach((epochs, number) => expect(epochs).toBeLessThanOrEqual(EPOCHS + (lost[number] ?? 0)));
      expect(
        readdirSync(join(dir, study, 'attune-out', study, 'trials')).filter((n) => n.includes('checkpoint')),
      ).toEqual([]);
    }
    await sleep(2000);
    expect([...seen].filter((pid) => !gone(pid))).toEqual([]);
  },
);
