/** Activation functions by name, and the layer that applies one. */
import { elu, gelu, leakyRelu, relu, sigmoid, silu, softmax, softplus, tanh, type Tensor } from '#graph';
import { didYouMean, TuneError } from '#math';
import type { Layer } from '../layer.ts';

const activations = {
  linear: (x: Tensor) => x,
  relu,
  leakyRelu: (x: Tensor) => leakyRelu(x),
  elu,
  sigmoid,
  tanh,
  gelu,
  silu,
  softplus,
  softmax: (x: Tensor) => softmax(x),
};

/** leakyRelu has slope 0.01 below 0, as PyTorch's; elu has α = 1; gelu is the exact one; softmax runs over the last dimension. */
export type ActivationName = keyof typeof activations;

/** @internal The name, checked; `owner` is the layer that takes the option. */
export function activationOption(owner: string, name: ActivationName): (x: Tensor) => Tensor {
  const names = Object.keys(activations);
  if (names.includes(name)) return activations[name];
  throw new TuneError('invalidOption', `${owner}: there is no activation "${name}": ${didYouMean(name, names)}`, {
    owner,
    option: 'activation',
    got: name,
  });
}

export function activation(name: ActivationName): Layer {
  const apply = activationOption('activation', name);
  return { kind: 'activation', config: { activation: name }, apply: (x) => apply(x) };
}
