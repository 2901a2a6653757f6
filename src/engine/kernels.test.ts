/** Kernels against the same rule computed by ONNX Runtime, which a node no kernel knows (Identity) keeps in the graph. */
import { expect, it } from 'vitest';
import { abs, add, div, input, mul, neg, node, parameter, reshape, sqrt, sub, sum, type Tensor } from '#graph';
import { createRng } from '#math';
import { elementwiseRules } from './elementwise.ts';
import { compile, Variables } from './index.ts';

const inGraph = (x: Tensor): Tensor => node('Identity', [x]);

/** Adam with decoupled decay, on a gradient that the graph computes as the reshape of a product. */
function adam(length: number) {
  const [theta, m, v] = ['theta', 'm', 'v'].map((name) => parameter(name, [length]));
  const [eta, keep] = [input('eta', []), input('keep', [])];
  if (theta === undefined || m === undefined || v === undefined) throw new Error('internal');
  const g = reshape(mul(node('Sin', [reshape(theta, [1, length])]), input('factor', [])), [length]);
  const nextM = add(mul(m, 0.9), mul(g, 0.1));
  const nextV = add(mul(v, 0.99), mul(mul(g, g), 0.01));
  const next = sub(mul(theta, keep), mul(div(nextM, add(sqrt(nextV), 1e-8)), eta));
  return [
    { name: 'theta', next },
    { name: 'm', next: nextM },
    { name: 'v', next: nextV },
  ];
}

function variablesOf(length: number): Variables {
  const rng = createRng(1);
  const variables = new Variables();
  variables.declare('theta', [length], Float32Array.from({ length }, rng.float));
  for (const name of ['m', 'v']) variables.declare(name, [length], new Float32Array(length));
  return variables;
}

it.each([1, 3, 4, 5, 1000])('a kernel does what the graph does, to float32 rounding: %d numbers', async (length) => {
  const updates = adam(length);
  const graph = updates.map(({ name, next }) => ({ name, next: inGraph(next) }));
  expect(elementwiseRules(updates)).toMatchObject({ rest: [], rules: [{ length, writes: { length: 3 } }] });
  expect(elementwiseRules(graph).rules).toEqual([]);
  const [ours, theirs] = [variablesOf(length), variablesOf(length)];
  const [fast, slow] = [
    await compile({ outputs: {}, updates }, { variables: ours }),
    await compile({ outputs: {}, updates: graph }, { variables: theirs }),
  ];
  for (let step = 1; step <= 5; step++) {
    const feeds = { eta: 0.01 / step, keep: 0.999, factor: 3 };
    await fast.run(feeds);
    await slow.run(feeds);
  }
  for (const name of ours.names()) {
    const wanted = theirs.get(name);
    // Five steps of a dozen roundings of 2⁻²⁴ each: 64 units in the last place are far more than that.
    ours.get(name).forEach((x, i) => {
      expect(Math.abs(x - (wanted[i] ?? Number.NaN))).toBeLessThanOrEqual(64 * 2 ** -24 * Math.abs(wanted[i] ?? 0));
    });
  }
  await fast.release();
  await slow.release();
});

it('every operation is the one of IEEE 754', async () => {
  const x = Float32Array.of(2, -3, 0.1, 1e38, -0);
  const y = Float32Array.of(0.7, 0.3, -5, 10, 2);
  const [a, b] = [parameter('a', [5]), parameter('b', [5])];
  const operations: [string, Tensor, (a: number, b: number) => number][] = [
    ['add', add(a, b), (p, q) => p + q],
    ['sub', sub(a, b), (p, q) => p - q],
    ['mul', mul(a, b), (p, q) => p * q],
    ['div', div(a, b), (p, q) => p / q],
    ['sqrt', sqrt(a), (p) => Math.sqrt(p)],
    ['neg', neg(a), (p) => -p],
    ['abs', abs(a), (p) => Math.abs(p)],
    ['number', sub(0.1, a), (p) => Math.fround(0.1) - p],
  ];
  const variables = new Variables();
  variables.declare('a', [5], x);
  variables.declare('b', [5], y);
  for (const [name] of operations) variables.declare(name, [5], new Float32Array(5));
  const updates = operations.map(([name, next]) => ({ name, next }));
  expect(elementwiseRules(updates).rest).toEqual([]);
  const program = await compile({ outputs: {}, updates: [...updates, { name: 'b', next: inGraph(b) }] }, { variables });
  await program.run();
  // float32 results of one operation on float32 numbers are the rounded float64 results (Figueroa 1995), which Math.fround gives.
  for (const [name, , f] of operations) {
    expect([...variables.get(name)]).toEqual(Array.from(x, (p, i) => Math.fround(f(p, y[i] ?? 0))));
  }
  await program.release();
});

it('a variable that another update reads is read before it is written', async () => {
  const variables = new Variables();
  for (const [name, value] of [
    ['p', 1],
    ['q', 10],
    ['r', 100],
  ] as const) {
    variables.declare(name, [2], Float32Array.of(value, value + 1));
  }
  const [p, q, r] = [parameter('p', [2]), parameter('q', [2]), parameter('r', [2])];
  const updates = [
    { name: 'p', next: add(p, q) },
    { name: 'q', next: add(q, r) },
    { name: 'r', next: add(r, p) },
  ];
  const program = await compile({ outputs: { total: sum(p) }, updates }, { variables });
  expect(await program.run()).toEqual({ total: 3 }); // before the step
  expect(variables.snapshot()).toEqual(
    new Map([
      ['p', Float32Array.of(11, 13)],
      ['q', Float32Array.of(110, 112)],
      ['r', Float32Array.of(101, 103)],
    ]),
  );
  await program.release();
});

it('programs share variables: one adds in a kernel, one resets in its graph, compiled when the memory has grown', async () => {
  const variables = new Variables();
  variables.declare('sum', [3], new Float32Array(3));
  variables.declare('big', [100_000], new Float32Array(100_000).fill(2)); // more than a page of 64 KiB
  const gathered = parameter('sum', [3]);
  const gather = await compile(
    { outputs: {}, updates: [{ name: 'sum', next: add(gathered, input('x', [3])) }] },
    { variables },
  );
  const x = Float32Array.of(1, 2, 3);
  await gather.run({ x });
  const reset = { name: 'sum', next: inGraph(mul(gathered, 0)) };
  const grow = { name: 'big', next: mul(parameter('big', [100_000]), 3) };
  const second = await compile({ outputs: { seen: inGraph(gathered) }, updates: [reset, grow] }, { variables });
  await gather.run({ x });
  expect(await second.run()).toEqual({ seen: Float32Array.of(2, 4, 6) });
  expect([...variables.get('sum')]).toEqual([0, 0, 0]);
  expect(variables.get('big')[99_999]).toBe(6);
  variables.set('sum', Float32Array.of(5, 5, 5));
  await gather.run({ x });
  expect([...variables.get('sum')]).toEqual([6, 7, 8]);
  await gather.release();
  await second.release();
});

it('what a kernel cannot do stays in the graph: scalars, other operators, operands of another shape', () => {
  const [w, row, s] = [parameter('w', [2, 3]), parameter('row', [3]), parameter('s', [])];
  const updates = [
    { name: 'w', next: mul(w, row) },
    { name: 'row', next: node('Exp', [row]) },
    { name: 's', next: add(s, 1) },
  ];
  expect(elementwiseRules(updates)).toEqual({ rules: [], rest: updates });
});
