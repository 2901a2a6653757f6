/**
 * Joins loss, gradients and optimizer into the updates of one compiled training step:
 *   loss → gradients → (what comes between: clipping, averaging) → optimizer.update → { variable, next value }
 * `applyOptimizer` is the last stage alone, for gradients that were clipped, accumulated or made elsewhere.
 */
import { gradients, input, parameter as variable, type Tensor } from '#graph';
import { TuneError } from '#math';
import type { Optimizer, Scalars } from './optimizer.ts';

/** A parameter to be trained; those that `trace` of nn lists are such. */
export interface Trainable {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether weight decay applies; false for biases and norm parameters. */
  readonly decay: boolean;
  readonly tensor: Tensor;
}

export interface TrainStep {
  /** Next value of every parameter and slot: the `updates` of the engine's compile. */
  readonly updates: readonly { readonly name: string; readonly next: Tensor }[];
  /** Variables to declare, all zero at the start. */
  readonly slots: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Names of the scalar graph inputs. */
  readonly scalarInputs: readonly string[];
  /** Values of exactly those inputs at a 1-based step, from hyperparameters as they are now (`optimizer.scalars`, learning rate scheduled). */
  readonly scalarFeeds: (step: number, scalars: Scalars) => Record<string, number>;
}

export interface TrainStepOptions {
  /** A scalar, already averaged over the batch. */
  readonly loss: Tensor;
  readonly parameters: readonly Trainable[];
  readonly optimizer: Optimizer;
}

export const buildTrainStep = ({ loss, parameters, optimizer }: TrainStepOptions): TrainStep =>
  applyOptimizer({
    gradients: gradients(
      loss,
      parameters.map((p) => p.tensor),
    ),
    parameters,
    optimizer,
  });

/** The variable that holds a slot of a parameter. `@` is in no layer's name, so slots and parameters never collide. */
export const slotName = (parameter: string, slot: string): string => `${parameter}@${slot}`;

export function applyOptimizer({
  gradients,
  parameters,
  optimizer,
}: {
  readonly gradients: readonly Tensor[];
  readonly parameters: readonly Trainable[];
  readonly optimizer: Optimizer;
}): TrainStep {
  const inputs = new Map<string, Tensor>();
  const scalar = (name: string): Tensor => {
    const made = inputs.get(name) ?? input(name, []);
    inputs.set(name, made);
    return made;
  };
  const updates: { name: string; next: Tensor }[] = [];
  const slots: { name: string; shape: readonly number[] }[] = [];
  for (const [i, { name, shape, decay, tensor }] of parameters.entries()) {
    const gradient = gradients[i];
    if (gradient === undefined) throw new Error(`internal: no gradient for ${name}`);
    const own = optimizer.slots.map((slot) => ({ slot, name: slotName(name, slot) }));
    const current = Object.fromEntries(own.map(({ slot, name }) => [slot, variable(name, shape)]));
    const next = optimizer.update(tensor, gradient, current, scalar, decay);
    updates.push({ name, next: next.parameter });
    for (const { slot, name } of own) {
      const value = next.slots[slot];
      if (value === undefined) throw new Error(`internal: optimizer ${optimizer.kind} gave no next value of ${slot}`);
      updates.push({ name, next: value });
      slots.push({ name, shape });
    }
  }
  const scalarInputs = [...inputs.keys()];
  return {
    updates,
    slots,
    scalarInputs,
    scalarFeeds(step, scalars) {
      const known: Scalars = { ...scalars, ...optimizer.hostScalars?.(step, scalars) };
      return Object.fromEntries(scalarInputs.map((name) => [name, finite(optimizer, name, known[name])]));
    },
  };
}

function finite(optimizer: Optimizer, name: string, value: number | undefined): number {
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new TuneError(
    'invalidScalar',
    `optimizer ${optimizer.kind}: ${name} must be a finite number at every step; got ${String(value)}. ` +
      `Pass all of ${Object.keys(optimizer.scalars).join(', ')}.`,
    { optimizer: optimizer.kind, name, value },
  );
}
