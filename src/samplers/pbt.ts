/**
 * Population-based training: hyperparameters change while networks train, and networks that fall behind are replaced by copies of better ones.
 * Jaderberg et al. 2017, arXiv:1711.09846, algorithm 1 with truncation selection (appendix A.1).
 * - A trial is one stage (#core) of one member: `interval` steps of training on from the checkpoint of an earlier stage, with parameters of its own. So the
 *   schedule is a function of the history: the same seed gives the same population, and a study can be resumed anywhere.
 * - ready    The idle member that has trained least is next; there are `population` of them.
 *   exploit  A member among the worst `quantile` by its last measurement, or whose stage failed or was pruned, goes on from the stage of a member drawn from
 *            the best `quantile`, with its parameters. All others go on from their own.
 *   explore  After exploiting, each parameter is drawn anew with probability `resample`, else numbers are multiplied by 0.8 or 1.2 (discrete ones move
 *            at least to a neighbour) and categories stay.
 * - Departs from the paper, where a member is compared with the others as far as they are: here with their stages that ended at the same step, else the one
 *   whose turn comes last in a round would always be behind. No member gets more than two stages ahead of another.
 * Every member is trained to the planned last step; then the population is exhausted. Parameters that change the shape of the network cannot change
 * between stages: leave them out of `explore`.
 * Cost: O(trials) per suggestion.
 */
import {
  asLoss,
  type CompleteTrial,
  isFinished,
  type Objective,
  type Params,
  type Sampler,
  type Stage,
  STAGE,
  stageOf,
  type TrialRecord,
} from '#core';
import { type Rng, TuneError } from '#math';
import { type Point, type PointSpace, pointSpaceOf } from '#models';
import { type Dimension, fits, fromUnit, type Space, toUnit } from '#space';
import { startAtDefaults } from './defaults.ts';

export interface PbtOptions {
  /** Members that train beside each other. */
  readonly population?: number;
  /** Steps (epochs) of a stage. */
  readonly interval?: number;
  /** Share of the population that counts as the worst, and as the best. */
  readonly quantile?: number;
  /** Probability that an explored parameter is drawn anew. */
  readonly resample?: number;
  /** Paths of the parameters that are explored; default all. */
  readonly explore?: readonly string[];
}

/** What each explored number is multiplied by; §4 of the paper. */
const FACTORS = [0.8, 1.2] as const;
/** Explored points that constraints do not allow before the parent's own is taken. */
const ATTEMPTS = 30;
/** A member that loses so many stages in a row is given up: where every training fails, the population ends. */
const GIVEN_UP = 3;

interface Member {
  readonly id: number;
  /** Its complete stages. */
  readonly done: CompleteTrial[];
  /** The step that the last of them ended with. */
  trained: number;
  /** A stage of it waits, runs or is paused. */
  busy: boolean;
  /** So many of its stages in a row failed or were pruned. */
  losses: number;
}

export function pbt({
  population = 8,
  interval = 1,
  quantile = 0.25,
  resample = 0.25,
  explore,
}: PbtOptions = {}): Sampler {
  check('population', population, Number.isSafeInteger(population) && population >= 2, 'a whole number >= 2');
  check('interval', interval, Number.isSafeInteger(interval) && interval >= 1, 'a whole number >= 1');
  check('quantile', quantile, quantile > 0 && quantile <= 0.5, 'a number in (0, 0.5]');
  check('resample', resample, resample >= 0 && resample <= 1, 'a number in [0, 1]');

  return {
    name: 'pbt',
    planned: true,
    suggest(context) {
      const { space, fixed, objectives, trials, rng, hints } = context;
      const points = pointSpaceOf(space, fixed);
      const unknown = explore?.find((path) => !points.dimensions.some((d) => d.path === path));
      if (unknown !== undefined) check('explore', unknown, false, 'paths of parameters of the space');
      const last = hints.maxSteps ?? Infinity;
      const members = membersOf(trials);
      const stage = (member: number, from: TrialRecord | null): Stage => {
        const after = from === null ? 0 : (stageOf(from)?.until ?? 0);
        return { member, from: from?.number ?? null, after, until: Math.min(after + interval, last) };
      };

      if (members.length < population) {
        const start = members.length === 0 ? startAtDefaults(context) : null;
        const params = start ?? points.decode(points.draw(rng));
        return { params, attributes: { [STAGE]: stage(members.length, null) } };
      }
      const active = members.filter(({ trained, losses }) => trained < last && losses < GIVEN_UP);
      const slowest = Math.min(...active.map(({ trained }) => trained));
      const idle = active.filter(({ busy, trained }) => !busy && trained <= slowest + interval);
      const next = idle.sort((a, b) => a.trained - b.trained || a.id - b.id)[0];
      if (next === undefined) {
        if (active.length > 0) return { exhausted: 'Every member of the population that can go on is in training.' };
        const done = members.filter(({ trained }) => trained >= last).length;
        const rest = done < members.length ? `; the others were given up after ${GIVEN_UP} lost stages in a row` : '';
        return {
          exhausted: `${done} of ${members.length} members of the population were trained to step ${last}${rest}.`,
        };
      }
      const ranked = ranking(members, next.trained, objectives);
      const count = Math.max(1, Math.floor(quantile * ranked.length));
      const place = ranked.findIndex(({ member }) => member === next);
      const isBehind = next.losses > 0 || place >= ranked.length - count;
      const models = ranked.slice(0, count).filter(({ member }) => member !== next);
      if (!isBehind || models.length === 0) {
        const head = next.done.at(-1) ?? null;
        const params = head === null ? points.decode(points.draw(rng)) : kept(points, space, head.params, rng);
        return { params, attributes: { [STAGE]: stage(next.id, head) } };
      }
      const model = models[rng.int(0, models.length - 1)]!;
      const why = next.losses > 0 ? 'was lost' : `is number ${place + 1} of ${ranked.length}`;
      return {
        params: explored(points, space, rng, model.trial.params, resample, explore),
        note: `member ${next.id} ${why} at step ${next.trained} and goes on from trial ${model.trial.number} of member ${model.member.id}.`,
        attributes: { [STAGE]: stage(next.id, model.trial) },
      };
    },
  };
}

function membersOf(trials: readonly TrialRecord[]): Member[] {
  const members: Member[] = [];
  for (const trial of trials) {
    const stage = stageOf(trial);
    if (stage === null) continue;
    const member = (members[stage.member] ??= { id: stage.member, done: [], trained: 0, busy: false, losses: 0 });
    member.busy = !isFinished(trial);
    if (trial.state === 'complete') {
      member.done.push(trial);
      [member.trained, member.losses] = [stage.until, 0];
    } else if (isFinished(trial)) member.losses++;
  }
  return members.filter((member) => member !== undefined);
}

interface Ranked {
  readonly member: Member;
  readonly trial: CompleteTrial;
  readonly loss: number;
}

/** The stages that ended at a step, best first; of equals the one of the lower member. */
function ranking(members: readonly Member[], step: number, [objective]: readonly Objective[]): Ranked[] {
  if (objective === undefined) return [];
  const { name, direction } = objective;
  return members
    .flatMap((member): Ranked[] => {
      const trial = member.done.findLast((one) => stageOf(one)?.until === step);
      if (trial === undefined) return [];
      const loss = asLoss(direction, trial.measurements.at(-1)?.values[name] ?? trial.values[name] ?? NaN);
      return [{ member, trial, loss: Number.isNaN(loss) ? Infinity : loss }];
    })
    .sort((a, b) => (a.loss === b.loss ? a.member.id - b.member.id : a.loss - b.loss));
}

/** The same parameters, as far as the space still has them. */
function kept(points: PointSpace, space: Space, params: Params, rng: Rng): Params {
  const point = pointNear(points, space, params, rng);
  return fits(space, params) && points.isHeldAt(point) && points.allows(point) ? params : valid(points, point, rng);
}

/** Of parameters that do not fit the space since it was edited, another point. */
const pointNear = (points: PointSpace, space: Space, params: Params, rng: Rng): Point =>
  fits(space, params) ? points.encode(params) : points.draw(rng);

function valid(points: PointSpace, near: Point, rng: Rng): Params {
  const point = points.snap(near, rng);
  return points.decode(points.allows(point) ? point : points.uniform(rng));
}

/** The parameters of a parent, changed. */
function explored(
  points: PointSpace,
  space: Space,
  rng: Rng,
  parent: Params,
  resample: number,
  explore: readonly string[] | undefined,
): Params {
  const base = pointNear(points, space, parent, rng);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const point = points.snap(
      base.map((u, d) => {
        const dimension = points.dimensions[d]!;
        if (Number.isNaN(u) || points.isHeld(d) || explore?.includes(dimension.path) === false) return u;
        return rng.float() < resample ? drawn(points, d, rng) : perturbed(points, dimension, d, base, rng);
      }),
      rng,
    );
    if (points.allows(point)) return points.decode(point);
  }
  return valid(points, base, rng);
}

function drawn({ axes, sizes }: PointSpace, d: number, rng: Rng): number {
  return axes[d] === 'category' ? rng.int(0, sizes[d]! - 1) : rng.float();
}

function perturbed({ axes, cell }: PointSpace, dimension: Dimension, d: number, base: Point, rng: Rng): number {
  const u = base[d]!;
  if (axes[d] === 'category') return u;
  const up = rng.float() < 0.5;
  const value = fromUnit(dimension, u);
  // An ordered choice has no size to multiply: it moves to a neighbour.
  const moved =
    typeof value === 'number' && dimension.labels === null ? toUnit(dimension, value * FACTORS[up ? 1 : 0]) : u;
  const { coordinate, low, high } = cell(d, moved);
  if (coordinate !== u || dimension.type === 'continuous') return coordinate;
  const above = low === -Infinity || (up && high !== Infinity);
  return cell(d, above ? high + 1e-9 : low - 1e-9).coordinate;
}

function check(option: string, got: unknown, ok: boolean, wants: string): void {
  if (ok) return;
  throw new TuneError('bad-options', `pbt: ${option} wants ${wants}; got ${String(got)}.`, { option, got });
}
