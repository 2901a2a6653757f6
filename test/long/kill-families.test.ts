/**
 * Kills trainings of a CNN, an LSTM and a Transformer by SIGKILL at random steps, also while a checkpoint is written, starts them again, and compares the final
 * weights bit for bit with those of a training that nothing happened to. Long form (ATTUNE_LONG=1): 51 kills; short form: 3.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { createRng } from '#math';
import { FAMILIES, type Family, trainFamily } from '../support/train-family.ts';

const long = process.env['ATTUNE_LONG'] === '1';
const KILLS = long ? 17 : 1; // of each family
const EPOCHS = long ? 5 : 2; // of 10 steps
vi.setConfig({ testTimeout: 1_800_000 });

const SCRIPT = fileURLToPath(new URL('../support/train-family.ts', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'attune-families-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Ended {
  readonly killed: boolean;
  /** First and last step that were heard of. */
  readonly steps: readonly number[];
  readonly weights: string;
}

/** Runs on from the checkpoint, and is killed within some milliseconds of so many steps. */
async function run(
  family: Family,
  checkpoint: string,
  kill: { readonly steps: number; readonly ms: number } | null,
): Promise<Ended> {
  const args = ['--import', 'tsx', SCRIPT, family, checkpoint, String(EPOCHS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const steps: number[] = [];
  let weights = '';
  createInterface(child.stdout).on('line', (line) => {
    const [word, value = ''] = line.split(' ');
    if (word === 'weights') weights = value;
    if (word === 'step') steps.push(Number(value));
    if (word === 'step' && steps.length === kill?.steps) setTimeout(() => child.kill('SIGKILL'), kill.ms);
  });
  await once(child, 'close');
  if (child.signalCode !== 'SIGKILL' && child.exitCode !== 0) throw new Error(errors);
  return { killed: child.signalCode === 'SIGKILL', steps, weights };
}

test.runIf(process.platform === 'linux').each(FAMILIES)(
  `%s: ${KILLS} kills at random steps change no bit of the weights`,
  async (family) => {
    const expected = await trainFamily(family, EPOCHS);
    const rng = createRng(`kills of ${family}`);
    let kills = 0;
    for (let round = 1; kills < KILLS; round++) {
      // A training that comes through before all kills are spent is followed by another.
      const checkpoint = join(dir, `${family}-${round}`);
      let last = await run(family, checkpoint, { steps: rng.int(1, 12), ms: 15 * rng.float() });
      while (last.killed) {
        kills++;
        const before = Math.max(0, ...last.steps);
        const more = kills < KILLS ? { steps: rng.int(1, 12), ms: 15 * rng.float() } : null;
        last = await run(family, checkpoint, more);
        // It went on from a checkpoint at most three steps back, or one more whose writing was cut off.
        const [first = Infinity] = last.steps;
        if (last.steps.length > 0) expect(first).toBeGreaterThan(before - 6);
      }
      expect(last.weights).toBe(expected);
    }
  },
);
