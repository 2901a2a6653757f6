import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { isTuneError, replay } from '#core';
import { readOptunaFile, writeOptunaFile } from './file.ts';
import type { OptunaStudy } from './model.ts';
import { toStudy } from './to-study.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-optuna-'));
afterAll(() => rmSync(dir, { recursive: true }));

const study: OptunaStudy = {
  name: 's',
  directions: ['minimize'],
  userAttrs: {},
  systemAttrs: {},
  trials: Array.from({ length: 30 }, (_, i) => ({
    state: 'COMPLETE',
    values: [i],
    params: {
      x: {
        internal: i / 30,
        distribution:
          '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}',
      },
    },
    intermediate: [
      [1, i],
      [2, NaN],
    ],
    userAttrs: { long: 'x'.repeat(200) },
    systemAttrs: {},
    start: 1_700_000_000_000 + i,
    complete: 1_700_000_001_000 + i,
  })),
};

/** What reading and converting a file says: its number of trials, or the code of a TuneError. Any other error fails the test. */
async function outcome(path: string): Promise<number | string> {
  try {
    const [only] = await readOptunaFile(path);
    if (only === undefined) return 0;
    const { definition, events } = toStudy(only, { path, name: 's', seed: 1, now: 0 });
    return replay([{ type: 'studyCreated', at: 0, definition }, ...events]).trials.length;
  } catch (error) {
    if (!isTuneError(error)) throw error;
    expect(error.message).toMatch(/^[^\n]+$/);
    return error.code;
  }
}

test.each(['sqlite', 'journal'] as const)(
  'a %s file that is cut anywhere or has bytes changed is read or refused in one sentence, never half',
  async (format) => {
    const path = join(dir, format);
    await writeOptunaFile(path, format, study);
    expect(await outcome(path)).toBe(30);
    const whole = readFileSync(path);
    const broken = join(dir, `${format}-broken`);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.option(fc.integer({ min: 0, max: 255 })), async (at, byte) => {
        const bytes = Buffer.from(whole);
        if (byte !== null) bytes[at] = byte;
        writeFileSync(broken, byte === null ? bytes.subarray(0, at) : bytes);
        const said = await outcome(broken);
        if (typeof said === 'string') expect(['damaged-file', 'bad-space']).toContain(said);
        // A journal may end early, as one that is being written; a table may not.
        else if (format === 'sqlite') expect(said).toBe(30);
      }),
      { numRuns: 150, seed: 7 },
    );
  },
);

test.each([
  ['', 'it is empty'],
  ['hello\n', 'line 1 is not a JSON object'],
  [
    '{"op_code": 0, "study_name": "s", "directions": [1]}\n{"op_code": 77, "trial_id": 0}\n',
    'line 2 has the unknown operation 77',
  ],
  ['{"op_code": 0, "study_name": "s", "directions": [5]}\n', 'line 1 has an unknown direction'],
])('what is no journal is refused with the place: %j', async (text, said) => {
  const path = join(dir, 'text');
  writeFileSync(path, text);
  await expect(readOptunaFile(path)).rejects.toThrow(said);
});

test('a last line that is being written is left out, as Optuna does', async () => {
  const path = join(dir, 'growing');
  writeFileSync(
    path,
    '{"op_code": 0, "worker_id": "w", "study_name": "s", "directions": [2]}\n{"op_code": 4, "study_id": 0, "datetime_st',
  );
  expect(await readOptunaFile(path)).toEqual([
    { name: 's', directions: ['maximize'], userAttrs: {}, systemAttrs: {}, trials: [] },
  ]);
});
