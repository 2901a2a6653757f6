/** Laws of the Sampler contract that are tried on spaces drawn at random: no point twice, and the same answer to the same question. */
import assert from 'node:assert/strict';
import {
  decodeEvent,
  encodeEvent,
  replay,
  type Objective,
  type Sampler,
  type StudyEvent,
  type SuggestContext,
  type TrialResult,
} from '#core';
import { createRng } from '#math';
import { cardinality, type Space } from '#space';
import type { Law } from './law.ts';
import { randomSpace } from './random-space.ts';

const FINITE_SPACES = 12;
const MOST_POINTS = 24;
const SPACES = 12;
const LONGEST = 30;

const minimise: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];

function studyEvents(space: Space): StudyEvent[] {
  const facts = { sampler: 'x', pruner: 'none', seed: 1, hints: {}, createdAt: 0 };
  return [
    { type: 'studyCreated', at: 0, definition: { name: 'law', space: space.toJSON(), objectives: minimise, ...facts } },
  ];
}

/** What becomes of trial n: most end well, some fail, are pruned, or stay out. */
function fate(number: number): StudyEvent[] {
  const ended = (result: TrialResult): StudyEvent[] => [{ type: 'trialFinished', at: 1, number, result }];
  switch (number % 7) {
    case 2:
      return [];
    case 4:
      return ended({ state: 'failed', error: { message: 'out of memory' } });
    case 5:
      return [
        { type: 'measured', at: 1, number, step: 1, values: { loss: number } },
        ...ended({ state: 'pruned', values: { loss: number }, reason: 'bad' }),
      ];
    default:
      return ended({ state: 'complete', values: { loss: Math.sin(number * 12.9898) } });
  }
}

export function spaceLaws(make: () => Sampler, spaces: 'all' | 'finite', repeats: boolean): Law[] {
  return [
    ...(repeats
      ? []
      : [
          {
            name: 'in a finite space each point is suggested once, also beside enqueued ones, and then a sentence says that nothing is left',
            check: () => {
              for (let k = 0; k < FINITE_SPACES; k++) {
                const rng = createRng('finite').fork(k);
                const space = randomSpace(rng, { points: MOST_POINTS });
                const size = cardinality(space);
                const what = `space ${k}: ${JSON.stringify(space.toJSON())}`;
                const study = replay(studyEvents(space));
                const sampler = make();
                const seen = new Set<string>();
                for (;;) {
                  const number = study.trials.length;
                  const suggestion = sampler.suggest(contextOf(space, study.trials, k));
                  if ('exhausted' in suggestion) {
                    assert.match(suggestion.exhausted, /\w+ .*\.$/, what);
                    assert.equal(seen.size, size, what);
                    break;
                  }
                  const { params } = suggestion;
                  const point = JSON.stringify(params);
                  assert.ok(!seen.has(point), `${what}: ${point} again, after ${seen.size} of ${size}`);
                  seen.add(point);
                  // Every fifth is run as if a person had asked for it.
                  if (number % 5 === 3) {
                    study.apply({ type: 'trialEnqueued', at: 1, number, params });
                    study.apply({ type: 'trialStarted', at: 1, number, worker: 'w' });
                  } else
                    study.apply({
                      type: 'trialCreated',
                      at: 1,
                      number,
                      params,
                      worker: 'w',
                      suggestedBy: sampler.name,
                    });
                  for (const event of fate(number)) study.apply(event);
                }
              }
            },
          },
        ]),
    {
      name: 'in spaces drawn at random the same history gets the same suggestion: from an instance that saw it grow, and from a new one after a round trip through text',
      check: () => {
        for (let k = 0; k < SPACES; k++) {
          const rng = createRng('spaces').fork(k);
          const space = randomSpace(rng, spaces === 'finite' ? { points: 1000 } : {});
          const events = studyEvents(space);
          const study = replay(events);
          const sampler = make();
          for (let number = 0; number < LONGEST; number++) {
            const suggestion = sampler.suggest(contextOf(space, study.trials, k));
            if (number % 9 === 8 || number === LONGEST - 1) {
              const read = replay(events.map((event) => decodeEvent(encodeEvent(event), 'law'))).trials;
              assert.deepEqual(make().suggest(contextOf(space, read, k)), suggestion, `space ${k}, trial ${number}`);
            }
            if ('exhausted' in suggestion) break;
            const { params } = suggestion;
            const created = { at: 1, number, params, worker: 'w', suggestedBy: sampler.name };
            for (const event of [{ type: 'trialCreated' as const, ...created }, ...fate(number)]) {
              events.push(event);
              study.apply(event);
            }
          }
        }
      },
    },
  ];
}

function contextOf(space: Space, trials: SuggestContext['trials'], seed: number): SuggestContext {
  const studyRng = createRng(seed);
  const number = trials.length;
  return { space, objectives: minimise, trials, number, rng: studyRng.fork('trial', number), studyRng, hints: {} };
}
