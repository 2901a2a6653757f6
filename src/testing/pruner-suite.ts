/**
 * The laws that every pruner keeps (contract in #core), as named checks for any test runner:
 *   for (const { name, check } of prunerLaws(() => median())) test(name, check);
 * They are tried on a simulated study whose curves fall like a + b / step towards different ends, one trial at a time; a trial that is paused may be resumed.
 */
import {
  decodeEvent,
  encodeEvent,
  replay,
  StudyState,
  type Objective,
  type PruneDecision,
  type Pruner,
  type StudyCreated,
  type StudyEvent,
  type TrialRecord,
  type Values,
} from '#core';
import { createRng } from '#math';
import type { Law } from './law.ts';

export interface PrunerLawOptions {
  /** It judges a trial by others, so the only trial is never stopped. False for rules about a trial alone. Default: true. */
  readonly comparesTrials?: boolean;
  /** The pruner with a warm-up of so many steps, if it has one. */
  readonly withWarmup?: (steps: number) => Pruner;
  /** What becomes of a trial whose value is NaN among healthy ones. Default: 'stop'. */
  readonly diverged?: 'stop' | 'pause or stop' | 'continue';
  /** Whether some of the simulated trials must be halted. Default: true. */
  readonly halts?: boolean;
}

interface Setting {
  readonly trials: number;
  readonly maxSteps: number;
  readonly objectives: readonly Objective[];
  readonly values: (trial: number, step: number) => Values;
  /** Steps that are reported; default all. */
  readonly reports?: (trial: number, step: number) => boolean;
  readonly resumable: boolean;
  readonly hints: boolean;
}

interface Decided {
  readonly number: number;
  readonly step: number;
  /** Length of the log when it was asked. */
  readonly seq: number;
  readonly decision: PruneDecision;
}

interface Simulation {
  readonly events: readonly StudyEvent[];
  readonly decided: readonly Decided[];
  readonly promoted: readonly { readonly seq: number; readonly number: number | null }[];
  readonly trials: readonly TrialRecord[];
}

const created = ({ objectives, hints, maxSteps }: Setting): StudyCreated => ({
  type: 'studyCreated',
  at: 0,
  definition: {
    name: 'laws',
    space: {}, // never read: pruners know no parameters
    objectives,
    sampler: 'none',
    pruner: 'tested',
    seed: 1,
    hints: hints ? { maxSteps } : {},
    createdAt: 0,
  },
});

const rngAt = (seq: number) => createRng(1).fork('pruner', seq);

function askDecision(
  pruner: Pruner,
  state: StudyState,
  number: number,
  seq: number,
  resumable: boolean,
): PruneDecision {
  const { definition, trials } = state;
  const { objectives, hints } = definition;
  return pruner.decide({ objectives, trial: trials[number]!, trials, hints, rng: rngAt(seq), resumable });
}

const askPromotion = (pruner: Pruner, { definition, trials }: StudyState, seq: number): number | null =>
  pruner.promote?.({ objectives: definition.objectives, trials, hints: definition.hints, rng: rngAt(seq) }) ?? null;

/** Runs trials one at a time until `trials` have been started and nothing is promoted. */
function simulate(pruner: Pruner, setting: Setting): Simulation {
  const { trials, maxSteps, objectives, values, resumable, reports = () => true } = setting;
  const events: StudyEvent[] = [];
  const state = new StudyState(created(setting));
  const add = (event: StudyEvent): void => {
    events.push(event);
    state.apply(event);
  };
  const decided: Decided[] = [];
  const promoted: { seq: number; number: number | null }[] = [];
  for (let turns = 0; turns < 20 * trials; turns++) {
    let number: number | null = null;
    if (state.paused.size > 0) {
      const { seq } = state;
      number = askPromotion(pruner, state, seq);
      promoted.push({ seq, number });
      if (number !== null && !state.paused.has(number))
        throw new Error(`promoted trial ${number}, which is not paused`);
    }
    if (number !== null) add({ type: 'trialStarted', at: 0, number, worker: 'w' });
    else if (state.trials.length === trials) break;
    else {
      number = state.trials.length;
      add({ type: 'trialCreated', at: 0, number, params: {}, worker: 'w', suggestedBy: 'none' });
    }
    let last: Values | null = null;
    let answer: PruneDecision = { decision: 'continue' };
    const before = state.trials[number]!.measurements.at(-1)?.step ?? 0;
    for (let step = before + 1; step <= maxSteps && answer.decision === 'continue'; step++) {
      if (!reports(number, step)) continue;
      last = values(number, step);
      add({ type: 'measured', at: 0, number, step, values: last });
      const { seq } = state;
      const decision = askDecision(pruner, state, number, seq, resumable);
      answer = decision;
      decided.push({ number, step, seq, decision });
      if (answer.decision === 'pause' && !resumable) throw new Error('answered pause for a trial that cannot resume');
      if (answer.decision !== 'continue' && answer.reason.trim() === '') throw new Error('gave no reason');
    }
    if (answer.decision === 'pause') add({ type: 'trialPaused', at: 0, number, reason: answer.reason });
    else {
      const whole = last !== null && objectives.every(({ name }) => Number.isFinite(last[name]));
      add({
        type: 'trialFinished',
        at: 0,
        number,
        result:
          answer.decision === 'stop'
            ? { state: 'pruned', values: whole ? last : null, reason: answer.reason }
            : whole
              ? { state: 'complete', values: last! }
              : { state: 'failed', error: { message: 'diverged' } },
      });
    }
  }
  return { events, decided, promoted, trials: state.trials };
}

/** Ends spread over [0, 1) without order; the speed differs too. */
const loss = (trial: number, step: number): number => {
  const end = (trial * 0.618034) % 1;
  const speed = 0.5 + ((trial * 0.754877) % 1);
  return end + speed / step;
};

const single: Setting = {
  trials: 24,
  maxSteps: 27,
  objectives: [{ name: 'loss', direction: 'minimize' }],
  values: (trial, step) => ({ loss: loss(trial, step) }),
  resumable: false,
  hints: true,
};
const settings: readonly Setting[] = [single, { ...single, hints: false }].flatMap((s) => [
  s,
  { ...s, resumable: true },
]);

const texts = ({ decided, promoted }: Simulation): string => JSON.stringify([decided.map((d) => d.decision), promoted]);
const halted = ({ decided }: Simulation): number => decided.filter((d) => d.decision.decision !== 'continue').length;

const expect = (holds: boolean, sentence: string): void => {
  if (!holds) throw new Error(sentence);
};

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}

export function prunerLaws(
  make: () => Pruner,
  { comparesTrials = true, withWarmup, diverged = 'stop', halts = true }: PrunerLawOptions = {},
): Law[] {
  const laws: Law[] = [
    {
      name: 'decides from records only: the same after the log went through JSON, by a new pruner, asked in any order',
      check() {
        for (const setting of settings) {
          const { events, decided, promoted } = simulate(make(), setting);
          const log = events.map((event) => decodeEvent(encodeEvent(event), 'the simulated log'));
          const stateAt = (seq: number): StudyState => replay([created(setting), ...log.slice(0, seq - 1)]);
          const fresh = make();
          for (const { number, seq, decision } of decided.toReversed().filter((_, i) => i % 11 === 0)) {
            const state = stateAt(seq);
            for (const trial of state.trials) freeze(trial); // also: records are never changed
            const again = askDecision(fresh, state, number, seq, setting.resumable);
            const [a, b] = [JSON.stringify(decision), JSON.stringify(again)];
            expect(a === b, `trial ${number}: first ${a}, then ${b}`);
          }
          for (const { seq, number } of promoted) {
            const again = askPromotion(fresh, stateAt(seq), seq);
            expect(again === number, `promoted ${number} first, then ${again}`);
          }
        }
      },
    },
    {
      name: 'respects the direction: negated values under maximize give the same decisions',
      check() {
        for (const setting of settings) {
          const up: Setting = {
            ...setting,
            objectives: [{ name: 'loss', direction: 'maximize' }],
            values: (trial, step) => ({ loss: -loss(trial, step) }),
          };
          const strip = (s: Simulation) =>
            texts({
              ...s,
              decided: s.decided.map((d) => ({ ...d, decision: { decision: d.decision.decision } as PruneDecision })),
            }); // reasons show the values
          expect(strip(simulate(make(), setting)) === strip(simulate(make(), up)), 'decisions differ');
        }
      },
    },
    {
      name: 'works where trials skip steps, each its own',
      check() {
        for (const setting of settings) {
          const stride = (trial: number): number => 1 + (trial % 3);
          simulate(make(), { ...setting, reports: (trial, step) => step % stride(trial) === 0 });
        }
      },
    },
    {
      name: 'decides on purpose about values that are NaN or infinite, one trial or all',
      check() {
        for (const setting of settings) {
          const sick = setting.trials - 1;
          const one = simulate(make(), {
            ...setting,
            values: (trial, step) => ({ loss: trial === sick && step >= 2 ? NaN : loss(trial, step) }),
          });
          const seen = one.decided.filter((d) => d.number === sick && d.decision.decision !== 'continue');
          const fate = seen[0]?.decision.decision ?? 'continue';
          const fine = diverged === 'pause or stop' ? fate !== 'continue' : fate === diverged;
          expect(fine, `a diverged trial among healthy ones: expected ${diverged}, got ${fate}`);
          for (const value of [NaN, Infinity, -Infinity, 1e300])
            simulate(make(), { ...setting, values: () => ({ loss: value }) });
        }
      },
    },
    {
      name: 'goes on with a report that lacks the objective',
      check() {
        for (const setting of settings) {
          const { decided } = simulate(make(), { ...setting, values: () => ({ seconds: 1 }) });
          expect(
            decided.every((d) => d.decision.decision === 'continue'),
            'halted a trial it knows nothing of',
          );
        }
      },
    },
    {
      name: 'works with several objectives',
      check() {
        for (const setting of settings) {
          simulate(make(), {
            ...setting,
            objectives: [
              { name: 'loss', direction: 'minimize' },
              { name: 'accuracy', direction: 'maximize' },
            ],
            values: (trial, step) => ({ loss: loss(trial, step), accuracy: -loss(trial + 5, step) }),
          });
        }
      },
    },
    {
      name: 'copes with equal values and with values from 1e-300 to 1e300',
      check() {
        for (const setting of settings) {
          simulate(make(), { ...setting, values: () => ({ loss: 0.5 }) });
          simulate(make(), {
            ...setting,
            values: (trial, step) => ({ loss: 10 ** (((trial * 97 + step * 13) % 600) - 300) }),
          });
        }
      },
    },
  ];
  if (halts)
    laws.push({
      name: 'halts some of many trials and lets the best one end',
      check() {
        for (const setting of settings) {
          const run = simulate(make(), setting);
          expect(halted(run) > 0, 'halted no trial');
          expect(
            run.trials.some(({ state }) => state === 'complete'),
            'no trial came to its end',
          );
        }
      },
    });
  if (comparesTrials)
    laws.push({
      name: 'never stops the only trial, however bad',
      check() {
        for (const setting of settings) {
          const bad: Setting['values'][] = [single.values, (_, step) => ({ loss: step }), () => ({ loss: NaN })];
          for (const values of bad) {
            const run = simulate(make(), { ...setting, trials: 1, values });
            expect(
              run.decided.every((d) => d.decision.decision === 'continue'),
              'halted the only trial',
            );
          }
        }
      },
    });
  if (withWarmup !== undefined)
    laws.push({
      name: 'respects its warm-up',
      check() {
        const warmup = 9;
        for (const setting of settings) {
          const run = simulate(withWarmup(warmup), setting);
          const early = run.decided.filter(({ step }) => step < warmup);
          expect(
            early.length > 0 && early.every((d) => d.decision.decision === 'continue'),
            'halted a trial too early',
          );
        }
      },
    });
  return laws;
}
