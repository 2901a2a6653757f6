/**
 * Gives the kernels of a program their memory: moves the variables they work on into the arena, makes room there for what the graph
 * computes for them, and runs them when the graph has run.
 */
import type { Tensor } from '#graph';
import { type ArraySource, elementwiseRules, type NumberSource, type Rule } from './elementwise.ts';
import { kernelModule } from './kernel.ts';
import { arenaOf, slotsOf, type Variables } from './variables.ts';

/** A tensor that the graph computes for a kernel; `buffer` is where it must be written. */
export interface KernelResult {
  readonly name: string;
  readonly tensor: Tensor;
  readonly shape: readonly number[];
  buffer: Float32Array;
  address: number;
}

export interface Kernels {
  readonly results: readonly KernelResult[];
  /** Writes the variables. `fed` gives the value of a scalar input. */
  run(fed: (name: string) => number): void;
}

/** Kernels for the updates that can have one, and the updates that are left. */
export function bindKernels<U extends { readonly name: string; readonly next: Tensor }>(
  updates: readonly U[],
  variables: Variables,
): { kernels: Kernels; rest: readonly U[] } {
  const { rules, rest } = elementwiseRules(updates);
  const arena = arenaOf(variables);
  const slots = slotsOf(variables);

  const results = new Map<Tensor, KernelResult>();
  const resultOf = (tensor: Tensor): KernelResult => {
    const known = results.get(tensor);
    if (known !== undefined) return known;
    const name = `kernel/${results.size}`;
    // Shapes within rules are numbers, so those of what is reshaped into them are too.
    const made = { name, tensor, shape: tensor.shape.map(Number), buffer: new Float32Array(), address: 0 };
    results.set(tensor, made);
    return made;
  };
  const slotOf = (name: string) => {
    const slot = slots.get(name);
    if (slot === undefined) throw new Error(`internal: a kernel for the unknown variable ${name}`);
    return slot;
  };
  for (const { arrays, numbers } of rules) {
    for (const source of [...arrays, ...numbers]) if ('result' in source) resultOf(source.result);
  }
  const moving = [...new Set(rules.flatMap(variablesOf).map(slotOf))].filter(({ address }) => address === null);
  const parameters = rules.map(({ numbers }) => ({ view: new Float32Array(), address: 0, length: numbers.length }));
  const places = [
    ...moving.map((slot) => ({
      length: slot.current.length,
      put(view: Float32Array, address: number) {
        if (slot.address === null) view.set(slot.current);
        slot.current = view;
        slot.address = address;
      },
    })),
    ...Array.from(results.values(), (result) => ({
      length: result.shape.reduce((total, dim) => total * dim, 1),
      put(buffer: Float32Array, address: number) {
        Object.assign(result, { buffer, address });
      },
    })),
    ...parameters.map((own) => ({
      length: own.length,
      put(view: Float32Array, address: number) {
        Object.assign(own, { view, address });
      },
    })),
  ];
  if (!arena.fits(places.map(({ length }) => length)))
    return { kernels: { results: [], run: () => undefined }, rest: updates };
  arena.reserve(places);

  const addressOf = (source: ArraySource): number =>
    'variable' in source ? (slotOf(source.variable).address ?? 0) : resultOf(source.result).address;
  const instances = new Map<string, (...parameters: number[]) => void>();
  const bound = rules.map((rule, i) => {
    const bytes = kernelModule(rule);
    const key = bytes.join();
    const kernel = instances.get(key) ?? arena.instantiate(bytes);
    instances.set(key, kernel);
    const written = rule.writes.map(({ variable }) => addressOf({ variable }));
    const addresses = [parameters[i]?.address ?? 0, ...rule.arrays.map(addressOf), ...written];
    return { kernel, rule, addresses, own: parameters[i] };
  });
  return {
    rest,
    kernels: {
      results: [...results.values()],
      run(fed) {
        const valueOf = (source: NumberSource): number => {
          if ('constant' in source) return source.constant;
          return 'fed' in source ? fed(source.fed) : (resultOf(source.result).buffer[0] ?? Number.NaN);
        };
        for (const { kernel, rule, addresses, own } of bound) {
          own?.view.set(rule.numbers.map(valueOf));
          kernel(4 * rule.length, ...addresses);
        }
      },
    },
  };
}

const variablesOf = ({ arrays, writes }: Rule): string[] => [
  ...arrays.flatMap((source) => ('variable' in source ? [source.variable] : [])),
  ...writes.map(({ variable }) => variable),
];
