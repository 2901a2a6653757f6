import { replay } from '#core';
import type { StudyEvent, StudyState } from '#core';
import { float, space } from '#space';
import { expect, test } from 'vitest';
import { plainScreen } from './fixtures/plain-screen.ts';
import { importanceTable, studyImportance } from './importance-table.ts';

function study(complete: number): StudyState {
  const s = space({ learningRate: float(0, 1), width: float(0, 1) });
  const at = (i: number): Record<string, number> => ({ learningRate: (i * 0.618) % 1, width: (i * 0.755) % 1 });
  return replay([
    {
      type: 'studyCreated',
      definition: {
        name: 's',
        space: s.toJSON(),
        objectives: [{ name: 'loss', direction: 'minimize' }],
        sampler: 'random',
        pruner: 'none',
        seed: 0,
        hints: {},
        createdAt: 0,
      },
      at: 0,
    },
    ...Array.from({ length: complete }, (_, number): StudyEvent[] => [
      { type: 'trialCreated', number, params: at(number), worker: 'w', suggestedBy: 'random', at: 0 },
      {
        type: 'trialFinished',
        number,
        result: { state: 'complete', values: { loss: at(number)['learningRate'] ?? NaN } },
        at: 1,
      },
    ]).flat(),
  ]);
}

test('shows the parameter that decides first, from ten complete trials on', () => {
  expect(studyImportance(study(9))).toEqual([]);
  const rows = studyImportance(study(40));
  expect(rows.map(({ path }) => path)).toEqual(['learningRate', 'width']);
  const lines = importanceTable(rows, plainScreen()).split('\n');
  expect(lines[0]).toMatch(/^parameter {5}importance$/);
  expect(lines[2]).toMatch(/^learningRate +\d+ % +█+$/);
});

test('with fanova pairs of parameters are rows of their own', () => {
  const rows = studyImportance(study(40), 'fanova');
  expect(rows.map(({ path }) => path)).toEqual(['learningRate', 'learningRate × width', 'width']);
  expect(rows[0]?.importance).toBeGreaterThan(0.9);
  expect(importanceTable(rows, plainScreen())).toMatch(/^learningRate × width +\d+ %/m);
});
