/**
 * Training speed beside PyTorch, in the same run: steps per second (forward, loss, backward, Adam), one thread a process.
 *
 *   npm run bench:training [-- --seconds 10] [--rounds 3] [--only mlp,textCnn]
 *
 * Ours and PyTorch's processes take turns, so that a machine whose speed drifts drifts for both; ratios are of medians. Then two processes
 * of each at once: both together against PyTorch's both together, and against one of ours, which is what `--parallel 2` brings.
 * `setup` is what the graph and its session take, the loading of ONNX Runtime included. Without python3-torch its columns are left out.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const WORKLOADS = [
  { workload: 'cnn', batch: 32 },
  { workload: 'cnn', batch: 128 },
  { workload: 'mlp', batch: 64 },
  { workload: 'lstm', batch: 32 },
  { workload: 'lstm200', batch: 32 },
  { workload: 'transformer', batch: 32 },
  { workload: 'textCnn', batch: 64 },
  { workload: 'resnet9', batch: 64 },
] as const;

const PYTHON = '/usr/bin/python3';
const here = import.meta.dirname;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const chosen = WORKLOADS.filter(({ workload }) => values.only === '' || values.only.split(',').includes(workload));
if (!(seconds > 0) || !(Number.isInteger(rounds) && rounds > 0) || chosen.length === 0) {
  console.error(
    'bench:training: --seconds takes a positive number, --rounds a positive integer, --only names such as mlp,resnet9.',
  );
  process.exit(2);
}

interface Result {
  readonly stepsPerSecond: number;
  /** Processor time: what is left of a ratio when other programs take turns on the cores. */
  readonly cpuMsPerStep: number;
  readonly setupMs?: number;
  readonly peakMB: number;
}

function measure(command: readonly [string, ...string[]]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const [file, ...args] = command;
    const child = spawn(file, args, {
      env: { ...process.env, OMP_NUM_THREADS: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`${command.join(' ')} ended with code ${code}`));
      else resolve(JSON.parse(text) as Result); // the two scripts of this folder print exactly this object
    });
  });
}

const ours = (workload: string, batch: number) =>
  measure([process.execPath, '--import', 'tsx', join(here, 'ours-steps.ts'), workload, String(batch), String(seconds)]);
const theirs = (workload: string, batch: number) =>
  measure([PYTHON, join(here, 'torch_steps.py'), workload, String(batch), String(seconds)]);

/** NaN of none. */
const median = (xs: readonly number[]): number => {
  const sorted = [...xs].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

const torch = spawnSync(PYTHON, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
const hasTorch = torch.status === 0;
console.log(
  `${new Date().toISOString().slice(0, 10)}  ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, node ${process.version}, ` +
    (hasTorch ? `torch ${torch.stdout.trim()}` : 'no python3-torch: ours alone, no ratio'),
);
console.log(`${rounds} rounds of ${seconds} s each, medians, one thread a process\n`);
console.log(
  'workload      batch   ours steps/s   torch steps/s   ratio   by cpu time   two processes each   two / one   setup ms   peak MB (ours, torch)',
);

const together = (results: readonly Result[]): number => results.reduce((total, r) => total + r.stepsPerSecond, 0);

for (const { workload, batch } of chosen) {
  const us: Result[] = [];
  const them: Result[] = [];
  const ourPairs: number[] = [];
  const theirPairs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    us.push(await ours(workload, batch));
    if (hasTorch) them.push(await theirs(workload, batch));
    ourPairs.push(together(await Promise.all([ours(workload, batch), ours(workload, batch)])));
    if (hasTorch) theirPairs.push(together(await Promise.all([theirs(workload, batch), theirs(workload, batch)])));
  }
  const speed = (results: readonly Result[]) => median(results.map((r) => r.stepsPerSecond));
  const cpuOf = (results: readonly Result[]) => median(results.map((r) => r.cpuMsPerStep));
  const cell = (x: number, digits: number, width: number) =>
    (Number.isNaN(x) ? '-' : x.toFixed(digits)).padStart(width);
  console.log(
    workload.padEnd(12) +
      String(batch).padStart(7) +
      cell(speed(us), 1, 15) +
      cell(speed(them), 1, 16) +
      cell(speed(us) / speed(them), 2, 8) +
      cell(cpuOf(them) / cpuOf(us), 2, 14) +
      cell(median(ourPairs) / median(theirPairs), 2, 21) +
      cell(median(ourPairs) / speed(us), 2, 12) +
      cell(median(us.map((r) => r.setupMs ?? Number.NaN)), 0, 11) +
      `   ${Math.max(...us.map((r) => r.peakMB))}, ${hasTorch ? Math.max(...them.map((r) => r.peakMB)) : '-'}`,
  );
}
