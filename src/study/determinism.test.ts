/** Same seed and history, same suggestion: from the instance that saw the study grow, and from a new process that reads it from disk. */
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng } from '#math';
import { samplers } from '#samplers';
import { openStorage } from '#storage';
import { randomSpace } from '#testing';
import { afterAll, expect, test } from 'vitest';
import { createStudy } from './create.ts';
import { askedOf } from './fixtures/asked.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-determinism-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const SPACES = 3;
const TRIALS = 25;
/** With more, every member of its population would wait for the trials that never end. */
const TRIALS_OF_POPULATION = 12;
const ASK = fileURLToPath(new URL('./fixtures/ask.ts', import.meta.url));

test('a new process that reads the studies from SQLite suggests what this one does, for every sampler, in spaces with branches', async () => {
  const file = join(dir, 'studies.db');
  const storage = await openStorage(`sqlite:${file}`);
  const studies = [];
  for (const sampler of Object.keys(samplers)) {
    for (let k = 0; k < SPACES; k++) {
      const rng = createRng('determinism').fork(k);
      const space = randomSpace(rng, sampler === 'grid' ? { points: 1000, depth: 3 } : { depth: 3 });
      const name = `${sampler} ${k}`;
      const study = await createStudy({ name, space, objectives: { loss: 'minimize' }, sampler, storage, seed: k });
      const trials = sampler === 'pbt' ? TRIALS_OF_POPULATION : TRIALS;
      for (let number = 0; number < trials; number++) {
        const trial = await study.ask().catch(() => null);
        if (trial === null) break; // a small grid
        if (number % 8 === 3) continue; // still running
        await study.tell(
          trial,
          number % 8 === 5 ? { state: 'failed', error: 'x' } : { loss: Math.sin(number * 12.9898) * 1e3 },
        );
      }
      studies.push(study);
    }
  }
  const copy = join(dir, 'copy.db');
  const database = new Database(file);
  database.exec(`VACUUM INTO '${copy}'`);
  database.close();

  const child = execFileSync(process.execPath, ['--import', 'tsx', ASK, `sqlite:${copy}`], { encoding: 'utf8' });
  const here: Record<string, unknown[]> = {};
  for (const study of studies) here[study.name] = [await askedOf(study), await askedOf(study)];
  await storage.close();
  expect(JSON.parse(child)).toEqual(here);
  for (const sampler of Object.keys(samplers)) {
    const asked = Object.entries(here).filter(([name]) => name.startsWith(`${sampler} `));
    expect(asked.some(([, [first]]) => typeof first === 'object')).toBe(true); // not exhausted everywhere
  }
});
