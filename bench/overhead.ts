/**
 * Time per suggestion, `study.ask()`, in memory after n finished trials, 8 floats: median and 95th percentile of `asks` asks, or a tenth of n so that n
 * stays what it says, each followed by a tell, and the first one.
 *   npm run bench:overhead -- [--samplers random,grid,tpe,gp] [--n 100,200,1000,10000] [--asks 100] [--python /usr/bin/python3]
 * The history holds uniform points of a shifted bowl; `cmaEs` and `nsga2`, which learn from their own trials, asked and told all n. Where the Python given has Optuna, its TPE and
 * random samplers are timed in the same run, right after ours of the same name, with at most 20 asks. At the end: asks a second of `random` and `grid` through a whole study.
 * The built package is measured where it is built, as users run it: the loader of the sources names every closure, which costs a third.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng, quantile } from '#math';
import { float, type Space, space } from '#space';
import { createStudy, type Study } from '#study';

const { values: args } = parseArgs({
  options: {
    samplers: { type: 'string', default: 'random,sobol,tpe,gp,auto,cmaEs,nsga2' },
    n: { type: 'string', default: '100,200,1000,10000' },
    asks: { type: 'string', default: '100' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});

/**
 * Optuna 5.0.0.dev on another day, by the tuning judge (its baselines/overhead.json; Python 3.11.2, the pipe to Python, about 0.2 ms, included): median ms.
 * CMA-ES asked and told all n trials.
 */
const RECORDED: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  random: { 100: 0.318, 1000: 0.214, 10000: 0.216 },
  tpe: { 100: 2.1, 1000: 8.88, 10000: 70.5 },
  gp: { 100: 54.2, 200: 104 },
  cmaEs: { 100: 0.491, 1000: 0.58 },
};
const LEARN_FROM_OWN = ['cmaEs', 'nsga2'];

const built = new URL('../dist/index.js', import.meta.url);
const isBuilt = existsSync(built);
/** What the door of the package and the rooms have in common. */
interface Door {
  readonly createStudy: typeof createStudy;
  readonly space: typeof space;
  readonly float: typeof float;
}
const door = isBuilt ? ((await import(built.href)) as Door) : { createStudy, space, float };

const NAMES = Array.from({ length: 8 }, (_, i) => `x${i}`);
const LOW = -5;
const HIGH = 5;
const box = (step: { step?: number } = {}): Space =>
  door.space(Object.fromEntries(NAMES.map((name) => [name, door.float(LOW, HIGH, step)])));
const studyOf = (sampler: string, over: Space): Promise<Study> =>
  door.createStudy({ space: over, objectives: { loss: 'minimize' }, sampler, pruner: 'none', seed: 1 });
const bowl = (values: Readonly<Record<string, unknown>>): number =>
  NAMES.reduce((sum, name, i) => sum + (Number(values[name]) - i / 4) ** 2, 0);

/** One trial; resolves to the milliseconds of its ask. */
async function trial(study: Study): Promise<number> {
  const start = performance.now();
  const asked = await study.ask();
  const ms = performance.now() - start;
  await study.tell(asked, { loss: bowl(asked.params) });
  return ms;
}

async function askTimes(study: Study, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await trial(study));
  return times;
}

const line = (name: string, n: number, times: readonly number[], more = ''): void => {
  const ms = (v: number): string => v.toPrecision(3).padStart(8);
  console.log(
    `${name.padEnd(20)} n ${String(n).padStart(6)}  median ${ms(quantile(times, 0.5))} ms  p95 ${ms(quantile(times, 0.95))} ms  first ${ms(times[0] ?? NaN)} ms${more}`,
  );
};

function optuna(sampler: string, n: number): void {
  if (sampler !== 'tpe' && sampler !== 'random') return;
  const script = fileURLToPath(new URL('./overhead_optuna.py', import.meta.url));
  try {
    const out = execFileSync(args.python, [script, sampler, String(n), String(Math.min(20, Number(args.asks)))], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { version, ms } = JSON.parse(out) as { version: string; ms: number[] }; // as the script prints it
    line(`  Optuna ${version}`, n, ms);
  } catch {
    console.log(`  Optuna: ${args.python} does not run it`);
  }
}

console.log(isBuilt ? 'built package' : 'sources');
for (const sampler of args.samplers.split(',')) {
  for (const n of args.n.split(',').map(Number)) {
    const study = await studyOf(sampler, box());
    const rng = createRng(1);
    for (let i = 0; i < n; i++) {
      if (!LEARN_FROM_OWN.includes(sampler)) {
        await study.enqueue(Object.fromEntries(NAMES.map((name) => [name, LOW + (HIGH - LOW) * rng.float()])));
      }
      await trial(study);
    }
    const recorded = RECORDED[sampler]?.[n];
    const more = recorded === undefined ? '' : `   recorded Optuna 5.0.0.dev ${recorded} ms`;
    const asks = Math.min(Number(args.asks), Math.ceil(n / 10));
    line(sampler, n, await askTimes(study, asks), more);
    optuna(sampler, n);
  }
}

for (const sampler of ['random', 'grid']) {
  const study = await studyOf(sampler, box(sampler === 'grid' ? { step: 1 } : {}));
  const count = 20_000;
  const before = process.cpuUsage();
  const asking = (await askTimes(study, count)).reduce((sum, ms) => sum + ms, 0);
  const { user, system } = process.cpuUsage(before);
  const rate = Math.round((1000 * count) / asking);
  const cost = ((user + system) / count).toFixed(1);
  console.log(
    `${sampler}: ${rate} asks a second through a study of ${count} trials, ${cost} µs of processor time for ask and tell`,
  );
}
