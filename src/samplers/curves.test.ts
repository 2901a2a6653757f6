/** Samplers with a model on trials that pause, resume and run: suggestions depend on the records alone, though forecasts change with every report. */
import type { Sampler, TrialRecord } from '#core';
import { float, space } from '#space';
import { expect, test } from 'vitest';
import { gp } from './gp.ts';
import { contextOf, minimise, numbers, paramsOf } from './simulate.fixture.ts';
import { tpe } from './tpe.ts';

const square = space({ x: float(0, 1), y: float(0, 1) });
const lossAt = (params: TrialRecord['params'], step: number): number => {
  const [x = 0, y = 0] = numbers(params);
  return (x - 0.8) ** 2 + (y - 0.3) ** 2 + (0.2 + x) / step;
};
const LAST = 16;

const base = (number: number, params: TrialRecord['params'], steps: number) => ({
  number,
  params,
  createdAt: 0,
  attempt: 1,
  attributes: {},
  suggestedBy: null,
  startedAt: 0,
  measurements: Array.from({ length: steps }, (_, i) => ({
    step: i + 1,
    values: { f0: lossAt(params, i + 1) },
    at: 0,
  })),
});
const paused = (number: number, params: TrialRecord['params'], steps: number): TrialRecord => {
  return { ...base(number, params, steps), state: 'paused', atStep: steps, reason: 'test' };
};
const complete = (number: number, params: TrialRecord['params']): TrialRecord => {
  return { ...base(number, params, LAST), state: 'complete', values: { f0: lossAt(params, LAST) }, endedAt: 0 };
};
const running = (number: number, params: TrialRecord['params'], steps: number): TrialRecord => {
  return { ...base(number, params, steps), state: 'running', worker: 'w', stopReason: null };
};

/** Every fourth trial runs to its end, the others pause after 3 steps; each third of these is resumed later and pauses again after 8, the last one runs. */
function study(warm: Sampler, count: number, check: (trials: readonly TrialRecord[]) => void): void {
  const trials: TrialRecord[] = [];
  for (let number = 0; number < count; number++) {
    check(trials);
    const params = paramsOf(warm, contextOf(square, trials, 5, minimise));
    trials.push(number % 4 === 0 ? complete(number, params) : paused(number, params, 3));
    const earlier = trials[number - 3];
    if (number % 3 === 0 && earlier?.state === 'paused')
      trials[earlier.number] = paused(earlier.number, earlier.params, 8);
  }
  trials[count - 1] = running(count - 1, trials[count - 1]!.params, 5);
  check(trials);
}

for (const [name, create] of Object.entries({ gp: () => gp(), tpe: () => tpe() })) {
  test(`${name}: with trials that pause and resume, an instance that saw the study grow and a new one with a copy suggest the same`, () => {
    const warm = create();
    study(warm, 24, (trials) => {
      const copied = JSON.parse(JSON.stringify(trials)) as TrialRecord[];
      const context = contextOf(square, trials, 5, minimise);
      expect(paramsOf(warm, context)).toEqual(
        paramsOf(create(), { ...context, trials: copied, rng: contextOf(square, trials, 5).rng }),
      );
    });
  });
}
