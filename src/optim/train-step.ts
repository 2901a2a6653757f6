/**
 * Joins loss, gradients and optimizer into the updates of one compiled training step:
 *   loss → gradients → penalties, clipping → optimizer.update → max-norm → { variable, next value } → weight average
 * A step over several parts of a batch (gradient accumulation) is `accumulateStep` for all parts but the last; it adds their weighted
 * gradients into variables that `buildTrainStep({ accumulates: true })` reads and sets back to zero. Each part's loss is weighted by
 * its share of the batch, so the result is that of the whole batch but for rounding.
 */
import { add, gradients, input, mul, parameter as variable, type Tensor, zerosLike } from '#graph';
import { TuneError } from '#math';
import { averaged, averageName, averageScalars, requireAverageDecay } from './average.ts';
import { checkGroups, groupOf, type ParameterGroup, scaledScalars } from './groups.ts';
import type { Optimizer, Scalars } from './optimizer.ts';
import {
  clipFactor,
  clippedByValue,
  globalNorm,
  penalized,
  type Regularization,
  regularizationScalars,
  withinNorm,
} from './regularize.ts';

/** A parameter to be trained; those that `trace` of nn lists are such. */
export interface Trainable {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether weight decay applies; false for biases and norm parameters. */
  readonly decay: boolean;
  readonly tensor: Tensor;
}

interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

interface Update {
  readonly name: string;
  readonly next: Tensor;
}

export interface TrainStep {
  /** Next value of every parameter, slot and average: the `updates` of the engine's compile. */
  readonly updates: readonly Update[];
  /** Variables to declare, all zero at the start. */
  readonly slots: readonly NamedShape[];
  /** Variables to declare that start as the parameter they follow. */
  readonly averages: readonly (NamedShape & { readonly of: string })[];
  /** All hyperparameters with their initial values: the optimizer's and those of regularization. */
  readonly scalars: Scalars & { readonly learningRate: number };
  /** Names of the scalar graph inputs. */
  readonly scalarInputs: readonly string[];
  /** ‖g‖ of all gradients together, penalties included, before clipping. Costs a pass over them unless clipping needs it anyway. */
  readonly gradientNorm: Tensor;
  /** Values of exactly those inputs at a 1-based step, from hyperparameters as they are now (`scalars`, learning rate scheduled). */
  readonly scalarFeeds: (step: number, scalars: Scalars) => Record<string, number>;
}

export interface StepRules extends Regularization {
  readonly groups?: readonly ParameterGroup[];
  /** Keeps a moving average of the weights with this decay, such as 0.999. */
  readonly averageDecay?: number;
}

export interface TrainStepOptions extends StepRules {
  /** A scalar, already averaged over the batch. */
  readonly loss: Tensor;
  readonly parameters: readonly Trainable[];
  readonly optimizer: Optimizer;
  /** Adds what `accumulateStep` has gathered; `loss` is then weighted by its share of the batch. */
  readonly accumulates?: boolean;
  /** Whether gradients may loop over samples, true by default: for the processor. */
  readonly sampleLoops?: boolean;
}

/** The variable that holds a slot of a parameter. `@` is in no layer's name, so slots and parameters never collide. */
export const slotName = (parameter: string, slot: string): string => `${parameter}@${slot}`;

const gathered = ({ name, shape }: NamedShape): Tensor => variable(slotName(name, 'gathered'), shape);

/** Updates of the variables in which gradients are gathered: for all parts of a batch but the last. */
export function accumulateStep({
  loss,
  parameters,
  sampleLoops = true,
}: Pick<TrainStepOptions, 'loss' | 'parameters' | 'sampleLoops'>): readonly Update[] {
  const gs = gradientsOf(loss, parameters, sampleLoops);
  return parameters.map((p, i) => ({ name: slotName(p.name, 'gathered'), next: add(gathered(p), gs[i] ?? 0) }));
}

export function buildTrainStep({
  loss,
  parameters,
  optimizer,
  accumulates = false,
  sampleLoops = true,
  groups = [],
  averageDecay,
  ...regularization
}: TrainStepOptions): TrainStep {
  const names = parameters.map(({ name }) => name);
  checkGroups(groups, names);
  if (averageDecay !== undefined) requireAverageDecay(averageDecay);
  const bounds = regularizationScalars(regularization);
  const scalars = { ...bounds, ...optimizer.scalars };
  const inputs = new Map<string, { readonly tensor: Tensor; readonly group: number; readonly scalar: string }>();
  const scalarOf = (group: number) => (scalar: string) => {
    const key = group < 0 ? scalar : `${scalar}@group${group + 1}`;
    const known = inputs.get(key) ?? { tensor: input(key, []), group, scalar };
    inputs.set(key, known);
    return known.tensor;
  };
  const shared = scalarOf(-1);

  const part = gradientsOf(loss, parameters, sampleLoops);
  const raw = accumulates ? parameters.map((p, i) => add(gathered(p), part[i] ?? 0)) : part;
  const penalizedAll = parameters.map(({ tensor, decay }, i) => {
    const gradient = raw[i];
    if (gradient === undefined) throw new Error(`internal: no gradient for ${names[i]}`);
    const g = decay ? penalized(gradient, tensor, regularization, shared) : gradient;
    return regularization.clipValue === undefined ? g : clippedByValue(g, shared('clipValue'));
  });
  const gradientNorm = globalNorm(penalizedAll);
  const factor = regularization.clipNorm === undefined ? null : clipFactor(gradientNorm, shared('clipNorm'));

  const updates: Update[] = [];
  const slots: NamedShape[] = [];
  const averages: (NamedShape & { of: string })[] = [];
  for (const [i, { name, shape, decay, tensor }] of parameters.entries()) {
    const gradient = penalizedAll[i];
    if (gradient === undefined) throw new Error(`internal: no gradient for ${name}`);
    const slotNames = typeof optimizer.slots === 'function' ? optimizer.slots(shape, decay) : optimizer.slots;
    const own = slotNames.map((slot) => ({ slot, name: slotName(name, slot) }));
    const current = Object.fromEntries(own.map(({ slot, name }) => [slot, variable(name, shape)]));
    const clipped = factor === null ? gradient : mul(gradient, factor);
    const stepped = optimizer.update(tensor, clipped, current, scalarOf(groupOf(groups, name)), decay);
    const bounded = regularization.maxNorm !== undefined && decay;
    const next = bounded ? withinNorm(stepped.parameter, shared('maxNorm')) : stepped.parameter;
    updates.push({ name, next });
    for (const { slot, name } of own) {
      const value = stepped.slots[slot];
      if (value === undefined) throw new Error(`internal: optimizer ${optimizer.kind} gave no next value of ${slot}`);
      updates.push({ name, next: value });
      slots.push({ name, shape });
    }
    if (accumulates) {
      slots.push({ name: slotName(name, 'gathered'), shape });
      updates.push({ name: slotName(name, 'gathered'), next: zerosLike(tensor) });
    }
    if (averageDecay !== undefined) {
      const average = averageName(name);
      averages.push({ name: average, shape, of: name });
      updates.push({ name: average, next: averaged(variable(average, shape), next, shared) });
    }
  }
  return {
    updates,
    slots,
    averages,
    scalars: { ...scalars, ...(averageDecay !== undefined && { averageDecay }) },
    scalarInputs: [...inputs.keys()],
    gradientNorm,
    scalarFeeds(step, now) {
      const average = now['averageDecay'] === undefined ? {} : averageScalars(step, now['averageDecay']);
      const views = [undefined, ...groups].map((group): Scalars => {
        const seen = group === undefined ? now : scaledScalars(group, now);
        return { ...seen, ...optimizer.hostScalars?.(step, seen), ...average };
      });
      return Object.fromEntries(
        Array.from(inputs, ([key, { group, scalar }]) => [
          key,
          finite(optimizer, scalars, scalar, views[group + 1]?.[scalar]),
        ]),
      );
    },
  };
}

const gradientsOf = (loss: Tensor, parameters: readonly Trainable[], sampleLoops: boolean): Tensor[] =>
  gradients(
    loss,
    parameters.map((p) => p.tensor),
    { sampleLoops },
  );

function finite(optimizer: Optimizer, scalars: Scalars, name: string, value: number | undefined): number {
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new TuneError(
    'invalidScalar',
    `optimizer ${optimizer.kind}: ${name} must be a finite number at every step; got ${String(value)}. ` +
      `Pass all of ${Object.keys(scalars).join(', ')}.`,
    { optimizer: optimizer.kind, name, value },
  );
}
