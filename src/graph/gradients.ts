/**
 * Reverse-mode differentiation (Griewank & Walther 2008, ch. 3): walks the ops behind a scalar from last to first and adds up
 * vector-Jacobian products. The result is made of ordinary tensors, so that it can be compiled, and differentiated again, as any other.
 * Cost: one visit per op.
 */
import { TuneError } from '#math';
import { sameShape, showShape } from './dim.ts';
import { add } from './ops/add.ts';
import { zerosLike } from './ops/sum.ts';
import { atScope, constant } from './tensor.ts';
import type { Derivative, GradientOptions, Tensor } from './tensor.ts';

/** Inputs and parameters are the same variable if they have the same name. */
const keyOf = (x: Tensor): string | number =>
  x.source.kind === 'input' || x.source.kind === 'parameter' ? `${x.source.kind} ${x.source.name}` : x.id;

/** Gradients of a scalar with respect to tensors, in their order; zeros where the loss does not depend on one. */
export function gradients(
  loss: Tensor,
  wrt: readonly Tensor[],
  { sampleLoops = true }: Partial<GradientOptions> = {},
): Tensor[] {
  if (loss.shape.length !== 0) {
    throw new TuneError(
      'shapeMismatch',
      `gradients need a scalar loss; got shape ${showShape(loss.shape)}. Reduce it with sum or mean.`,
      { shape: loss.shape },
    );
  }
  const targets = new Set(wrt.map(keyOf));
  const order = opsBehind(loss);

  // Only ops on a path from a target to the loss are visited backwards.
  const onPath = new Set(targets);
  for (const op of order) {
    if (op.inputs.some((x) => onPath.has(keyOf(x)))) for (const y of op.outputs) onPath.add(keyOf(y));
  }

  const collected = new Map<string | number, Tensor>([[keyOf(loss), constant(1)]]);
  for (const op of order.reverse()) {
    if (!op.inputs.some((x) => onPath.has(keyOf(x)))) continue;
    const dys = op.outputs.map((y) => collected.get(keyOf(y)) ?? null);
    if (dys.every((dy) => dy === null)) continue;
    atScope(op.scope === '' ? 'gradient' : `${op.scope}/gradient`, () => {
      const dxs = op.vjp(dys, { sampleLoops });
      for (const [i, x] of op.inputs.entries()) {
        const key = keyOf(x);
        const dx = dxs[i];
        if (dx === null || dx === undefined || !onPath.has(key)) continue;
        if (!sameShape(dx.shape, x.shape)) {
          throw new Error(`internal: gradient of shape ${showShape(dx.shape)} for a tensor ${showShape(x.shape)}`);
        }
        const before = collected.get(key);
        collected.set(key, before === undefined ? dx : add(before, dx));
      }
    });
  }
  return wrt.map((x) => collected.get(keyOf(x)) ?? zerosLike(x));
}

/** Differentiable ops that a tensor depends on, each after the ops it depends on itself. */
function opsBehind(root: Tensor): Derivative[] {
  const order: Derivative[] = [];
  const seen = new Set<Derivative>();
  const stack: { op: Derivative; next: number }[] = [];
  const enter = (x: Tensor): void => {
    if (x.derivative === undefined || seen.has(x.derivative)) return;
    seen.add(x.derivative);
    stack.push({ op: x.derivative, next: 0 });
  };
  enter(root);
  // A stack of our own: a recurrent net unrolled over time is deeper than the call stack.
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const x = top.op.inputs[top.next++];
    if (x !== undefined) enter(x);
    else {
      order.push(top.op);
      stack.pop();
    }
  }
  return order;
}
