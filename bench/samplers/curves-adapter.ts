/**
 * Our studies behind the judge's interface for learning curves (its README.md, "Learning curves"): one in-memory study for each run, driven by ask, report
 * and tell, so that pausing and resuming are those of the library.
 *   node --import tsx ../shared/hpo/judge.mjs --mode curves --optimizer bench/samplers/curves-adapter.ts --option sampler=auto --option pruner=auto \
 *     [--option hints=off] [--option resumable=off] [--seeds 20] [--json FILE]
 * hints=off: the study is not told how long a curve is. resumable=off: trials are stopped instead of paused. Tasks need onnxruntime-node ($ONNXRUNTIME_NODE, or in the directory).
 */
import { createStudy, type Study, type Trial } from '#study';
import { toJudge, toSpace, type Setup } from './adapter.ts';

export const describe = ({ sampler = 'auto', pruner = 'auto', hints, resumable }: Record<string, string>) => ({
  label: [
    `attune-${sampler}-${pruner}`,
    ...Object.entries({ hints, resumable }).flatMap(([name, value]) => (value === 'off' ? [`no-${name}`] : [])),
  ].join('-'),
});

export async function createMultiFidelity({
  params,
  direction = 'minimize',
  seed,
  maxBudget,
  totalBudget,
  options = {},
}: Setup) {
  const { sampler = 'auto', pruner = 'auto', hints = 'on', resumable = 'on' } = options;
  const study: Study = await createStudy({
    space: toSpace(params),
    objectives: { value: direction },
    sampler,
    pruner,
    seed,
    ...(hints === 'on' && maxBudget !== undefined ? { maxSteps: maxBudget } : {}),
    ...(hints === 'on' && totalBudget !== undefined ? { totalSteps: totalBudget } : {}),
  });
  const running = new Map<number, Trial>();
  const handle = (id: number): Trial => {
    const trial = running.get(id);
    if (trial === undefined) throw new Error(`trial ${id} was never asked for`);
    return trial;
  };
  return {
    async ask() {
      const trial = await study.ask({ resumable: resumable === 'on' });
      running.set(trial.number, trial);
      return { id: trial.number, params: toJudge(trial.params) };
    },
    async report(id: number, step: number, value: number) {
      return (await handle(id).report(step, { value })).decision;
    },
    async tell(id: number, value: number) {
      await study.tell(handle(id), { value });
    },
    close: () => study.close(),
  };
}
