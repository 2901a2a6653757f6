/**
 * Memory: what is expected of a fit before it begins is what it takes, within a quarter, and many fits in one process take no more than a few.
 * Long form (ATTUNE_LONG=1): every family at two batch sizes, 200 fits; short form: two of them, 20 fits.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';

const long = process.env['ATTUNE_LONG'] === '1';
vi.setConfig({ testTimeout: 1_800_000 });
const SCRIPT = fileURLToPath(new URL('../support/memory-of-fit.ts', import.meta.url));

interface Told {
  readonly before: number;
  readonly expected: number;
  readonly peak: number;
  readonly after: readonly number[];
}

async function tell(...args: readonly (string | number)[]): Promise<Told> {
  const all = ['--expose-gc', '--import', 'tsx', SCRIPT, ...args.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, all);
  return JSON.parse(stdout) as Told; // what the script prints
}

const cases = [
  ['mlp', 64, 256],
  ['lstm', 32, 0],
  ['lstm', 128, 512],
  ['cnn', 32, 256],
  ['cnn', 128, 512],
  ['transformer', 32, 0],
  ['transformer', 64, 512],
  ['resnet9', 32, 256],
  ['resnet9', 64, 256],
  ['text-cnn', 32, 256],
  ['text-cnn', 64, 512],
  // The estimate's two numbers were fitted to the networks above, not to these.
  ['vit', 64, 256],
  ['ft-transformer', 256, 512],
  ['gru', 64, 256],
] as const;

test.runIf(process.platform === 'linux').each(long ? cases : cases.slice(0, 2))(
  'the peak of a %s by batches of %i with %i rows validated is what was expected, within a quarter',
  async (family, batch, validation) => {
    const { expected, peak } = await tell(family, batch, validation, 1);
    if (long) console.log(`${family} ${batch} ${validation}: expected ${mb(expected)} MB, measured ${mb(peak)} MB`);
    expect(expected / peak).toBeGreaterThan(0.75);
    expect(expected / peak).toBeLessThan(1.25);
  },
);

const FITS = long ? 200 : 20;
test.runIf(process.platform === 'linux')(`${FITS} fits in one process hold no more than the first few`, async () => {
  const { after } = await tell('cnn', 32, 64, FITS);
  const settled = Math.max(...after.slice(0, FITS / 4));
  const last = Math.min(...after.slice(-3));
  if (long)
    console.log(
      `resident after fits 1, 50, 100, 200: ${[0, 49, 99, 199].map((k) => mb(after[k] ?? NaN)).join(', ')} MB`,
    );
  // One fit that leaked its weights and their optimizer's state alone would leave 4 MB: 15 fits 60 MB.
  expect(last - settled).toBeLessThan(30e6);
});

const mb = (bytes: number): number => Math.round(bytes / 1e6);
