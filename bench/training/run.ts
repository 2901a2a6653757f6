/**
 * Training speed beside PyTorch, in the same run: steps per second (forward, loss, backward, Adam), one thread a process.
 *
 *   npm run bench:training [-- --seconds 10] [--rounds 3]
 *
 * Ours and PyTorch's processes take turns, so that a machine whose speed drifts drifts for both; the ratio is of the medians. Then two of our
 * processes at once against one: what `--parallel 2` brings. Without python3-torch the PyTorch columns are left out, and it says so.
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
  options: { seconds: { type: 'string', default: '10' }, rounds: { type: 'string', default: '3' } },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
if (!(seconds > 0) || !(Number.isInteger(rounds) && rounds > 0)) {
  console.error('bench:training: --seconds takes a positive number and --rounds a positive integer.');
  process.exit(2);
}

interface Result {
  readonly stepsPerSecond: number;
  /** Processor time: what is left of a ratio when other programs take turns on the cores. */
  readonly cpuMsPerStep: number;
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

const median = (xs: readonly number[]): number => {
  const sorted = [...xs].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const torch = spawnSync(PYTHON, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
const hasTorch = torch.status === 0;
console.log(
  `${new Date().toISOString().slice(0, 10)}  ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, node ${process.version}, ` +
    (hasTorch ? `torch ${torch.stdout.trim()}` : 'no python3-torch: ours alone, no ratio'),
);
console.log(`${rounds} rounds of ${seconds} s each, medians, one thread a process\n`);
console.log(
  'workload      batch   ours steps/s   torch steps/s   ratio   by cpu time   two processes / one   peak MB (ours, torch)',
);

for (const { workload, batch } of WORKLOADS) {
  const us: Result[] = [];
  const them: Result[] = [];
  const pairs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    us.push(await ours(workload, batch));
    if (hasTorch) them.push(await theirs(workload, batch));
    const both = await Promise.all([ours(workload, batch), ours(workload, batch)]);
    pairs.push(both[0].stepsPerSecond + both[1].stepsPerSecond);
  }
  const one = median(us.map((r) => r.stepsPerSecond));
  const reference = hasTorch ? median(them.map((r) => r.stepsPerSecond)) : Number.NaN;
  const cell = (x: number, digits: number, width: number) =>
    (Number.isNaN(x) ? '-' : x.toFixed(digits)).padStart(width);
  const cpuOf = (results: readonly Result[]) =>
    results.length === 0 ? Number.NaN : median(results.map((r) => r.cpuMsPerStep));
  console.log(
    workload.padEnd(12) +
      String(batch).padStart(7) +
      cell(one, 1, 15) +
      cell(reference, 1, 16) +
      cell(one / reference, 2, 8) +
      cell(cpuOf(them) / cpuOf(us), 2, 14) +
      cell(median(pairs) / one, 2, 22) +
      `   ${Math.max(...us.map((r) => r.peakMB))}, ${hasTorch ? Math.max(...them.map((r) => r.peakMB)) : '-'}`,
  );
}
