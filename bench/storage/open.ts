/**
 * Opening a long study: 10,000 trials × 50 measurements of two numbers (520,001 events), each time in a process of its own, from the first statement to the records, its start not counted.
 *   npm run bench:storage -- --open [--rounds 5]
 * With the snapshot that the first opening keeps, without it in the same file, and after the log was packed; in SQLite and, where its server is installed, in PostgreSQL.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StudyEvent } from '#core';
import { createRng, median } from '#math';
import { keepState, openStorage, readState } from '#storage';

const OPENER = fileURLToPath(new URL('./opener.ts', import.meta.url));
const TRIALS = 10_000;
const STEPS = 50;
const PARAMS = Array.from({ length: 8 }, (_, i) => `p${i}`);

/** Fills an empty storage with one study. */
async function fill(address: string): Promise<void> {
  const rng = createRng('long study');
  const storage = await openStorage(address);
  const space = Object.fromEntries(PARAMS.map((name) => [name, { type: 'float', low: 0, high: 1 } as const]));
  let at = Date.UTC(2026, 0, 1);
  const id = await storage.createStudy({
    name: 'long',
    space,
    objectives: [{ name: 'loss', direction: 'minimize' }],
    sampler: 'random',
    pruner: 'none',
    seed: 1,
    hints: {},
    createdAt: at,
  });
  let seq = 1;
  let events: StudyEvent[] = [];
  for (let number = 0; number < TRIALS; number++) {
    const params = Object.fromEntries(PARAMS.map((name) => [name, rng.float()]));
    events.push({ type: 'trialCreated', at: (at += 30), number, params, worker: 'host:1:2', suggestedBy: 'random' });
    let loss = 2;
    for (let step = 1; step <= STEPS; step++) {
      loss *= 0.9 + 0.1 * rng.float();
      events.push({ type: 'measured', at: (at += 1000), number, step, values: { loss, accuracy: 1 - loss / 2 } });
    }
    const result = { state: 'complete', values: { loss } } as const;
    events.push({ type: 'trialFinished', at: (at += 20), number, result });
    if (events.length < 5000 && number < TRIALS - 1) continue;
    await storage.append(id, seq, events);
    seq += events.length;
    events = [];
  }
  await storage.close();
}

interface Opening {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly folded: number;
}

function opened(address: string, snapshot: 'with' | 'without'): Opening {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', OPENER, address, snapshot], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Opening; // as opener.ts prints it
}

export async function benchOpening(name: string, address: string, rounds: number): Promise<void> {
  await fill(address);
  const line = (what: string, openings: readonly Opening[]): void => {
    const of = (pick: (one: Opening) => number): string => openings.map((one) => pick(one).toFixed(0)).join(', ');
    const wall = median(openings.map(({ wallMs }) => wallMs)).toFixed(0);
    const cpu = median(openings.map(({ cpuMs }) => cpuMs)).toFixed(0);
    console.log(
      `${name}, ${what}: median ${wall} ms (${of(({ wallMs }) => wallMs)}), processor time ${cpu} ms (${of(({ cpuMs }) => cpuMs)}), ${openings[0]?.folded} events folded`,
    );
  };
  const storage = await openStorage(address);
  await keepState(storage, '1', (await readState(storage, '1')).state);
  const pairs = Array.from({ length: rounds }, () => [opened(address, 'with'), opened(address, 'without')] as const);
  line(
    'with its snapshot',
    pairs.map(([one]) => one),
  );
  line(
    'its whole log',
    pairs.map(([, one]) => one),
  );
  const before = await storage.room();
  const { events, before: text, after } = await storage.compact('1');
  await storage.vacuum();
  const { bytes } = await storage.room();
  const mb = (size: number): string => `${(size / 1e6).toFixed(1)} MB`;
  console.log(
    `${name}, packed: ${events} events, ${mb(text)} into ${mb(after)}; the database ${mb(before.bytes)} before, ${mb(bytes)} after`,
  );
  const packed = Array.from({ length: rounds }, () => [opened(address, 'with'), opened(address, 'without')] as const);
  line(
    'packed, with its snapshot',
    packed.map(([one]) => one),
  );
  line(
    'packed, its whole log',
    packed.map(([, one]) => one),
  );
  await storage.close();
}
