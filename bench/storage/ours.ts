/** Our side: `ours.ts ADDRESS TRIALS` asks for and tells so many trials more; prints the seconds. */
import { float, space } from '#space';
import { createStudy } from '#study';

const [storage = '', trials = '0'] = process.argv.slice(2);
const study = await createStudy({
  name: 'bench',
  space: space({ x: float(0, 1) }),
  objectives: { y: 'minimize' },
  sampler: 'random',
  pruner: 'none',
  storage,
});
const began = performance.now();
for (let i = 0; i < Number(trials); i++) {
  const trial = await study.ask();
  await study.tell(trial, { y: trial.params.x });
}
console.log((performance.now() - began) / 1000);
await study.close();
