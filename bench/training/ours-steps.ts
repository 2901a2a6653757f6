/**
 * Steps per second of one workload in Attune: forward, loss, backward, Adam. One thread.
 *
 *   node --import tsx bench/training/ours-steps.ts cnn|mlp|lstm|lstm200|transformer|textCnn|resnet9 BATCH SECONDS
 *
 * Prints what torch_steps.py prints, and what graph and session took (setupMs), so that run.ts can set them side by side.
 */
import { compile, Variables } from '#engine';
import { input, mean } from '#graph';
import { createRng } from '#math';
import {
  conv2d,
  dense,
  flatten,
  globalAveragePool1d,
  initialValues,
  type Layer,
  lstm,
  maxPool2d,
  resnet9,
  sequential,
  softmaxCrossEntropy,
  textCnn,
  trace,
  transformerEncoderBlock,
} from '#nn';
import { adam, buildTrainStep } from '#optim';

interface Workload {
  readonly model: Layer;
  readonly shape: readonly number[];
  /** Inputs are whole numbers from 1 to below this. */
  readonly vocabulary?: number;
}

const block = () => transformerEncoderBlock(4, { hidden: 512, activation: 'relu' });

const WORKLOADS: Record<string, Workload> = {
  cnn: {
    model: sequential([
      conv2d(32, 3, { activation: 'relu' }),
      maxPool2d(2),
      conv2d(64, 3, { activation: 'relu' }),
      maxPool2d(2),
      flatten(),
      dense(128, { activation: 'relu' }),
      dense(10),
    ]),
    shape: [3, 32, 32],
  },
  mlp: {
    model: sequential([dense(256, { activation: 'relu' }), dense(256, { activation: 'relu' }), dense(10)]),
    shape: [784],
  },
  lstm: { model: sequential([lstm(128), dense(10)]), shape: [50, 64] },
  lstm200: { model: sequential([lstm(128), dense(10)]), shape: [200, 64] },
  transformer: { model: sequential([block(), block(), globalAveragePool1d(), dense(10)]), shape: [64, 128] },
  textCnn: { model: textCnn(10, { vocabulary: 10_000, dropout: 0 }), shape: [50], vocabulary: 10_000 },
  resnet9: { model: resnet9(10, { width: 32 }), shape: [3, 32, 32] },
};

const [workload = '', batchText, secondsText] = process.argv.slice(2);
const definition = WORKLOADS[workload];
const batch = Number(batchText);
const seconds = Number(secondsText);
if (definition === undefined || !(batch >= 1) || !(seconds > 0)) {
  console.error('usage: ours-steps.ts cnn|mlp|lstm|lstm200|transformer|textCnn|resnet9 BATCH SECONDS');
  process.exit(2);
}

const { model, shape, vocabulary } = definition;
const rng = createRng(0);
const buildStart = performance.now();
const traced = trace(model, shape, { training: true });
const target = input('target', ['B'], 'int64');
const loss = mean(softmaxCrossEntropy().perSample(traced.output, target));
const optimizer = adam({ learningRate: 1e-3 });
const trainStep = buildTrainStep({ loss, parameters: traced.parameters, optimizer });
const buildMs = performance.now() - buildStart;

const variables = new Variables();
const initial = initialValues(traced, rng);
for (const { name, shape: dims } of traced.parameters) variables.declare(name, dims, initial.get(name)!);
for (const { name, shape: dims } of trainStep.slots) {
  variables.declare(name, dims, new Float32Array(dims.reduce((size, dim) => size * dim, 1)));
}
for (const { name, shape: dims } of traced.buffers) variables.declare(name, dims, initial.get(name)!);
const statistics = traced.buffers.flatMap(({ name, next }) => (next ? [{ name, next }] : []));
const updates = [...trainStep.updates, ...statistics];
const compileStart = performance.now();
const program = await compile({ outputs: { loss }, updates }, { variables, threads: 1 });
const setupMs = Math.round(buildMs + performance.now() - compileStart);

const draw = vocabulary === undefined ? rng.float : () => rng.int(1, vocabulary - 1);
const x = Float32Array.from({ length: batch * shape.reduce((a, b) => a * b, 1) }, draw);
const y = BigInt64Array.from({ length: batch }, () => BigInt(rng.int(0, 9)));
let steps = 0;
const step = () => program.run({ input: x, target: y, ...trainStep.scalarFeeds(++steps, optimizer.scalars) });

for (let i = 0; i < 5; i++) await step();
const start = performance.now();
const cpuStart = process.cpuUsage();
let measured = 0;
for (; performance.now() - start < seconds * 1000; measured++) await step();
const cpu = process.cpuUsage(cpuStart);
const cpuMsPerStep = Math.round((cpu.user + cpu.system) / measured) / 1000;
const stepsPerSecond = Math.round((measured / (performance.now() - start)) * 1e5) / 100;
console.log(
  JSON.stringify({
    engine: 'attune',
    workload,
    batch,
    stepsPerSecond,
    cpuMsPerStep,
    setupMs,
    peakMB: process.resourceUsage().maxRSS >> 10,
  }),
);
