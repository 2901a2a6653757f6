import { describe, expect, it } from 'vitest';
import {
  add,
  dense,
  gradients,
  input,
  mean,
  mul,
  neg,
  parameter,
  pick,
  logSoftmax,
  scope,
  node,
  square,
  sub,
  sum,
} from '#graph';
import { compile, runOnnx, Variables } from './index.ts';

/** Fits y = x w by gradient descent on the mean squared error. */
async function lineFit() {
  const variables = new Variables();
  variables.declare('w', [2, 1], Float32Array.of(0, 0));
  const x = input('x', ['B', 2]);
  const y = input('y', ['B', 1]);
  const w = parameter('w', [2, 1]);
  const predicted = dense(x, w);
  const loss = mean(square(sub(predicted, y)));
  const [dw] = gradients(loss, [w]);
  const next = sub(w, mul(dw ?? w, input('learningRate', [])));
  const program = await compile({ outputs: { loss, predicted }, updates: [{ name: 'w', next }] }, { variables });
  return { program, variables };
}

describe('a compiled training step', () => {
  it('updates its variables to the formula', async () => {
    const { program, variables } = await lineFit();
    // By hand: w = 0, so loss = (1² + 2²)/2 and dL/dw = 2/2 Σ x (0 - y) = -[1·1 + 0·2, 0·1 + 3·2] = [-1, -6].
    const feeds = { x: Float32Array.of(1, 0, 0, 3), y: Float32Array.of(1, 2), learningRate: 0.5 };
    const { loss } = await program.run(feeds);
    expect(loss).toBe(2.5);
    expect([...variables.get('w')]).toEqual([0.5, 3]);
    await program.release();
  });

  it('takes another batch size, down to one row, in the same session', async () => {
    const { program, variables } = await lineFit();
    for (const rows of [5, 3, 1]) {
      const { predicted } = await program.run({
        x: new Float32Array(rows * 2).fill(1),
        y: new Float32Array(rows),
        learningRate: 0,
      });
      expect(predicted).toHaveLength(rows);
    }
    expect([...variables.get('w')]).toEqual([0, 0]);
    await program.release();
  });

  it('gives bit-identical losses and weights when repeated', async () => {
    const trace = async (): Promise<unknown[]> => {
      const { program, variables } = await lineFit();
      const losses: unknown[] = [];
      for (let step = 0; step < 20; step++) {
        const x = Float32Array.from({ length: 14 }, (_, i) => Math.sin(i + step));
        const y = Float32Array.from({ length: 7 }, (_, i) => Math.cos(i * step));
        losses.push((await program.run({ x, y, learningRate: 0.1 })).loss);
      }
      await program.release();
      return [...losses, ...variables.get('w')];
    };
    expect(await trace()).toEqual(await trace());
  });

  it('returns arrays that later runs leave alone', async () => {
    const { program } = await lineFit();
    const feeds = { x: Float32Array.of(1, 1), y: Float32Array.of(1), learningRate: 0.1 };
    const first = (await program.run(feeds)).predicted;
    await program.run(feeds);
    expect(first).toEqual(Float32Array.of(0));
    await program.release();
  });

  it('shares its variables with a second program, which sees every update', async () => {
    const { program, variables } = await lineFit();
    const reader = await compile({ outputs: { total: sum(parameter('w', [2, 1])) } }, { variables });
    const feeds = { x: Float32Array.of(1, 0, 0, 3), y: Float32Array.of(1, 2), learningRate: 0.5 };
    await program.run(feeds);
    expect(await reader.run()).toEqual({ total: 3.5 });
    variables.set('w', Float32Array.of(1, 1));
    expect(await reader.run()).toEqual({ total: 2 });
    await program.release();
    await reader.release();
  });

  it('leaves the variables as they were when a run fails', async () => {
    const variables = new Variables();
    variables.declare('w', [], Float32Array.of(7));
    const labels = input('labels', ['B'], 'int32');
    const loss = neg(mean(scope('loss', () => pick(logSoftmax(input('x', ['B', 3])), labels))));
    const next = add(parameter('w', []), loss);
    const program = await compile({ outputs: { loss }, updates: [{ name: 'w', next }] }, { variables });
    const outOfRange = program.run({ x: new Float32Array(3), labels: Int32Array.of(5) });
    await expect(outOfRange).rejects.toMatchObject({
      code: 'graphFailed',
      message: expect.stringContaining('loss/GatherElements') as string,
    });
    expect([...variables.get('w')]).toEqual([7]);
    await program.release();
  });
});

describe('what is refused', () => {
  const x = input('x', ['B', 2]);
  const variables = new Variables();

  it('a feed that does not fit, with the name and the shape', async () => {
    const program = await compile({ outputs: { y: add(x, input('z', ['B', 1])) } }, { variables });
    const z = new Float32Array(2);
    const cases = [
      [{ x: new Float32Array(3), z }, /"x" has shape \[B, 2\]; got 3 numbers/],
      [{ x: new Float32Array(2), z }, /"z" has shape \[B, 1\]; got 2 numbers where B = 1/],
      [{ x: new Int32Array(4), z }, /"x" is float32; got a Int32Array/],
      [{ x: new Float32Array(0), z }, /got 0 numbers/],
      [{ x: new Float32Array(4) }, /nothing is fed to the input "z"/],
      [{ x: new Float32Array(4), z, lr: 1 }, /no input "lr"; its inputs are: x, z/],
    ] as const;
    for (const [feeds, message] of cases) {
      await expect(program.run(feeds)).rejects.toMatchObject({
        code: 'feedInvalid',
        message: expect.stringMatching(message) as string,
      });
    }
    await program.release();
  });

  it('a parameter that nobody declared, or of another shape', async () => {
    const some = new Variables();
    some.declare('w', [3], new Float32Array(3));
    await expect(compile({ outputs: { y: parameter('v', [2]) } }, { variables: some })).rejects.toThrow(
      /"v", which is not declared/,
    );
    await expect(compile({ outputs: { y: parameter('w', [2]) } }, { variables: some })).rejects.toThrow(
      /\[2\] in the graph but \[3\]/,
    );
  });

  it('a graph that ONNX Runtime rejects, with the name of the node', async () => {
    const broken = scope('conv1', () => node('Conv', [x, parameter('w', [2])], { shape: ['B', 2] }));
    const some = new Variables();
    some.declare('w', [2], new Float32Array(2));
    await expect(compile({ outputs: { y: broken } }, { variables: some })).rejects.toMatchObject({
      code: 'graphRejected',
      message: expect.stringContaining('conv1/Conv') as string,
    });
  });
});

it('symbolic dimensions that a length does not tell are fed with a shape', async () => {
  const x = input('x', ['B', 'T', 2]);
  const program = await compile({ outputs: { y: sum(x, { axes: [1] }) } }, { variables: new Variables() });
  await expect(program.run({ x: new Float32Array(12) })).rejects.toThrow(/do not tell B and T/);
  const { y } = await program.run({ x: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [1, 3, 2] } });
  expect(y).toEqual(Float32Array.of(9, 12));
  await program.release();
});

it('runOnnx runs the bytes of a program as any other model', async () => {
  const variables = new Variables();
  const program = await compile({ outputs: { y: mul(input('x', ['B', 2]), 3) } }, { variables });
  const { y } = await runOnnx(program.onnx, { x: { data: Float32Array.of(1, 2), shape: [1, 2] } });
  expect(y).toEqual({ data: Float32Array.of(3, 6), shape: [1, 2] });
  await program.release();
});
