/**
 * Recurrent layers over sequences [B, T, features].
 *   simpleRnn  Elman 1990      lstm  Hochreiter & Schmidhuber 1997      gru  Cho et al. 2014, reset after the product
 *   weight [features, g·H], recurrent [H, g·H], bias [g·H]; gates lstm i, f, o, g, gru r, v, n, which has a second bias [H] for n
 *   → the state after the last step [B, H], or after every step [B, T, H] with `returnSequences`; bidirectional: both directions
 *   joined, 2H, the backward one ending at the first step. Zero at padding, over which the state passes unchanged.
 * Stacked: sequential([lstm(64, { returnSequences: true }), lstm(64)]).
 * The input is projected for all steps at once; a loop does the rest, so the graph does not grow with T.
 * Initial values: Glorot uniform for inputs, U(±1/√H) as PyTorch for the state, the bias of the forget gate 1 (Jozefowicz et al.
 * 2015), other biases 0.
 */
import {
  concat,
  dense as affine,
  greater,
  gru as gruOverTime,
  lstm as lstmOverTime,
  mul,
  reshape,
  simpleRnn as simpleRnnOverTime,
  slice,
  type Tensor,
  transpose,
} from '#graph';
import { isCount, requireOption } from '../errors.ts';
import { glorotUniform, type Initializer, uniform, zeros } from '../initializers.ts';
import type { Context, Layer } from '../layer.ts';
import { sequenceOf } from './positions.ts';

export interface RecurrentOptions {
  /** The state after every step instead of the last one. */
  readonly returnSequences?: boolean;
  /** A second layer of its own parameters from the last step to the first. */
  readonly bidirectional?: boolean;
}

type Direction = NonNullable<Parameters<typeof lstmOverTime>[2]>;

export const simpleRnn = (units: number, options: RecurrentOptions = {}): Layer =>
  recurrent('simpleRnn', units, options, zeros(), (z, state, _, direction) => simpleRnnOverTime(z, state, direction));

export const lstm = (units: number, options: RecurrentOptions = {}): Layer =>
  recurrent('lstm', units, options, forgetBias, (z, state, _, direction) => lstmOverTime(z, state, direction));

export const gru = (units: number, options: RecurrentOptions = {}): Layer =>
  recurrent('gru', units, options, zeros(), (z, state, ctx, direction) => {
    const bias = ctx.parameter('newBias', [units], zeros(), { decay: false });
    return gruOverTime(z, state, bias, direction);
  });

const GATES = { simpleRnn: 1, gru: 3, lstm: 4 } as const;

/** `over` takes projected inputs [T, B, g·H] and the weight of the state to the states [T, B, H]. */
function recurrent(
  kind: keyof typeof GATES,
  units: number,
  { returnSequences = false, bidirectional = false }: RecurrentOptions,
  biasInitializer: Initializer,
  over: (z: Tensor, state: Tensor, ctx: Context, direction: Direction) => Tensor,
): Layer {
  requireOption(isCount(units), kind, 'units', 'an integer >= 1', units);
  const width = GATES[kind] * units;
  const bound = 1 / Math.sqrt(units);

  const inDirection = (timeFirst: Tensor, ctx: Context, direction: Direction): Tensor => {
    const features = Number(timeFirst.shape[2]);
    const fans = { fanIn: features, fanOut: units };
    const weight = ctx.parameter('weight', [features, width], glorotUniform(), { fans });
    const state = ctx.parameter('recurrent', [units, width], uniform(-bound, bound));
    const bias = ctx.parameter('bias', [width], biasInitializer, { decay: false });
    return over(affine(timeFirst, weight, bias), state, ctx, direction);
  };

  return {
    kind,
    config: { units, returnSequences, bidirectional },
    apply(x, ctx) {
      const { steps } = sequenceOf(kind, x, ctx);
      const marked = ctx.realSteps(x); // [B, T]
      const timeFirst = transpose(x, [1, 0, 2]);
      const column = marked === null ? null : reshape(transpose(marked), [steps, x.shape[0] ?? 1, 1]);
      const real = column === null ? null : greater(column, 0);
      const directions = bidirectional
        ? [
            inDirection(timeFirst, ctx.scope('forward'), { real }),
            inDirection(timeFirst, ctx.scope('backward'), { real, reverse: true }),
          ]
        : [inDirection(timeFirst, ctx, { real })];
      if (returnSequences) {
        const states = transpose(concat(directions, 2), [1, 0, 2]);
        return marked === null ? states : mul(states, reshape(marked, [...marked.shape, 1]));
      }
      const last = directions.map((states, i) => {
        const at = i === 0 ? steps - 1 : 0;
        return reshape(slice(states, [{ axis: 0, start: at, end: at + 1 }]), [x.shape[0] ?? 1, units]);
      });
      return concat(last, 1);
    },
  };
}

/** Zeros, and ones for the second of four parts. */
const forgetBias: Initializer = {
  name: 'forgetBias',
  sample([width = 0]) {
    return new Float32Array(width).fill(1, width / 4, width / 2);
  },
};
