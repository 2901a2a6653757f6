/**
 * What a gradient optimizer is: a rule that turns a parameter, its gradient and its slots into their next values, written
 * once as graph ops and compiled into the training step.
 *   θ  parameter     g = ∇L(θ)  gradient     η  learningRate     λ  weightDecay
 * Numbers that a schedule or a search changes never enter the graph as constants: they are scalar inputs, fed each step.
 */
import { mul, type Tensor } from '#graph';
import type { Json } from '#math';

export type Scalars = Readonly<Record<string, number>>;

export interface Optimizer {
  readonly kind: string;
  readonly config: Readonly<Record<string, Json>>;
  /** State kept per parameter, of its shape and zero at the start: `['velocity']`; by shape and decay where parameters differ. */
  readonly slots: readonly string[] | ((shape: readonly number[], decays: boolean) => readonly string[]);
  /** Hyperparameters that may change from step to step, with their initial values. */
  readonly scalars: Scalars & { readonly learningRate: number };
  /** Further inputs, computed from the hyperparameters in float64 once a step: 1 − ηλ, bias corrections. `step` is 1-based. */
  hostScalars?(step: number, scalars: Scalars): Scalars;
  /**
   * One step. `scalar(name)` is the graph input of a hyperparameter or host scalar; what is not asked for does not become one.
   * `decays` is false where weight decay does not apply: biases and norm parameters.
   */
  update(
    parameter: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    scalar: (name: string) => Tensor,
    decays: boolean,
  ): { readonly parameter: Tensor; readonly slots: Readonly<Record<string, Tensor>> };
}

/**
 * @internal θ − ηλθ, as one multiplication by the host scalar of `keepScalar`.
 */
export const decay = (theta: Tensor, scalar: (name: string) => Tensor): Tensor => mul(theta, scalar('keep'));

/** @internal What decoupled decay keeps of θ in a step: 1 − ηλ. */
export const keepScalar = (_step: number, scalars: Scalars): { keep: number } => ({
  keep: 1 - scalarOf(scalars, 'learningRate') * scalarOf(scalars, 'weightDecay'),
});

/** @internal A slot that the optimizer declared. */
export function slotOf(slots: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const slot = slots[name];
  if (slot === undefined) throw new Error(`internal: the optimizer's slot ${name} was not made`);
  return slot;
}

/** @internal A hyperparameter that the optimizer declared. */
export function scalarOf(scalars: Scalars, name: string): number {
  const value = scalars[name];
  if (value === undefined) throw new Error(`internal: the optimizer's scalar ${name} has no value`);
  return value;
}
