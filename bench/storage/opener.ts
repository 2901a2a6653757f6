/** One opening: `opener.ts ADDRESS with|without` reads study 1 with or without its snapshot; prints what it took as JSON. */
import { openStorage, readState } from '#storage';

const [address = '', snapshot = ''] = process.argv.slice(2);
// The code is loaded first: from the sources that takes longer than the opening.
await (await openStorage(address, { readonly: true })).close();
const cpu = process.cpuUsage();
const began = performance.now();
const storage = await openStorage(address, { readonly: true });
const { state, folded } = await readState(
  snapshot === 'with' ? storage : { ...storage, snapshot: () => Promise.resolve(null) },
  '1',
);
const wallMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
if (state.counts.complete !== 10_000) throw new Error(`${state.counts.complete} trials are complete`);
console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, folded }));
await storage.close();
