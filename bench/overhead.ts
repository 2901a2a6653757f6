/**
 * Time per suggestion in memory after n finished trials, 8 floats: median and 95th percentile of 20 asks, each followed by a tell.
 *   npm run bench:overhead -- [--samplers random,grid,tpe,gp] [--n 100,200,1000,10000]
 * The history holds uniform points of a shifted bowl, as in the judge's own overhead test, whose figures for Optuna stand in its baselines/overhead.json.
 */
import { parseArgs } from 'node:util';
import { createRng, quantile } from '#math';
import { sampleUniform } from '#space';
import { Bench } from './samplers/adapter.ts';

const { values: args } = parseArgs({
  options: {
    samplers: { type: 'string', default: 'random,sobol,tpe,gp,auto' },
    n: { type: 'string', default: '100,200,1000,10000' },
    asks: { type: 'string', default: '20' },
  },
});

const params = Array.from({ length: 8 }, (_, i) => {
  return { name: `x${i}`, kind: 'float' as const, low: -5, high: 5, log: false, choices: [] };
});
const bowl = (values: Readonly<Record<string, unknown>>): number =>
  params.reduce((sum, p, i) => sum + (Number(values[p.name]) - i / 4) ** 2, 0);

for (const sampler of args.samplers.split(',')) {
  for (const n of args.n.split(',').map(Number)) {
    const bench = new Bench({ params, direction: 'minimize', seed: 0, options: { sampler, pruner: 'none' } });
    const rng = createRng(1);
    const history = Array.from({ length: n }, () => sampleUniform(bench.space, rng));
    bench.preload(history.map((values) => ({ params: values, value: bowl(values) })));
    const times = Array.from({ length: Number(args.asks) }, () => {
      const start = performance.now();
      const { id, params: values } = bench.ask();
      const ms = performance.now() - start;
      bench.tell(id, bowl(values));
      return ms;
    });
    const ms = (v: number): string => v.toPrecision(3).padStart(8);
    console.log(
      `${sampler.padEnd(8)} n ${String(n).padStart(6)}  median ${ms(quantile(times, 0.5))} ms  p95 ${ms(quantile(times, 0.95))} ms  first ${ms(times[0] ?? NaN)} ms`,
    );
  }
}
