/**
 * Writes a long study (see study.ts), to look at in the dashboard.
 *   tsx bench/dashboard/generate.ts --out study.db [--name networks] [--trials 10000] [--epochs 24] [--objectives 1|2|3]
 */
import { parseArgs } from 'node:util';
import { openStudy } from '#study';
import { generate } from './study.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    name: { type: 'string', default: 'networks' },
    trials: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '24' },
    objectives: { type: 'string', default: '1' },
  },
});
const objectives = ([1, 2, 3] as const).find((n) => String(n) === values.objectives);
if (values.out === undefined || objectives === undefined) throw new Error('--out FILE, --objectives 1, 2 or 3');
const began = performance.now();
const plan = { name: values.name, trials: Number(values.trials), epochs: Number(values.epochs), objectives };
await generate(values.out, plan);
const study = await openStudy(`sqlite:${values.out}`, values.name);
const measured = study.trials.reduce((sum, { measurements }) => sum + measurements.length, 0);
const { complete, pruned, failed } = study.counts;
console.log(
  `${values.name}: ${study.trials.length} trials (${complete} complete, ${pruned} pruned, ${failed} failed), ${measured} measurements, ` +
    `${((performance.now() - began) / 1000).toFixed(0)} s`,
);
await study.close();
