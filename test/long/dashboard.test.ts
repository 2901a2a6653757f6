/**
 * Every view of the dashboard in Chromium on a long study that real samplers and a real pruner made, and that what each says of it is what the records say.
 * Long form (ATTUNE_LONG=1): 10,000 trials, over 200,000 measurements; short form: 300 trials. How fast it is, `npm run bench:dashboard` measures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStudy, type Study } from '#study';
import { count, groupedNumber } from '#text';
import { openDashboard, type Opened } from '../../bench/dashboard/browser.ts';
import { generate } from '../../bench/dashboard/study.ts';

const TRIALS = process.env['ATTUNE_LONG'] === '1' ? 10_000 : 300;
const EPOCHS = 24;
const PATIENCE = { timeout: 120_000 };

const directory = mkdtempSync(join(tmpdir(), 'attune-views-'));
let dashboard: Opened;
let study: Study;

beforeAll(async () => {
  const file = join(directory, 'study.db');
  await generate(file, { name: 'networks', trials: TRIALS, epochs: EPOCHS, objectives: 1 });
  study = await openStudy(`sqlite:${file}`, 'networks');
  dashboard = await openDashboard(file);
}, 900_000);
afterAll(async () => {
  await dashboard.close();
  await study.close();
  rmSync(directory, { recursive: true });
});

test('every view shows all of a long study, and says it in numbers', { timeout: 900_000 }, async () => {
  const { complete, pruned, failed } = study.counts;
  const measurements = study.trials.reduce((sum, trial) => sum + trial.measurements.length, 0);
  if (TRIALS === 10_000) expect(measurements).toBeGreaterThan(20 * TRIALS);
  const page = await dashboard.page('/study/networks/overview');
  const trouble: string[] = [];
  page.on('pageerror', ({ message }) => trouble.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(message.text());
  });
  const all = groupedNumber(TRIALS);
  await page.getByText(`${all} of ${all}`).waitFor(PATIENCE);
  await page.locator('.banner').waitFor({ state: 'detached', ...PATIENCE });
  await page.getByText(`${groupedNumber(measurements)} steps`).waitFor(PATIENCE);
  for (const text of [
    `${groupedNumber(complete)} complete`,
    `${groupedNumber(pruned)} pruned`,
    `${groupedNumber(failed)} failed`,
  ])
    // prettier-ignore
    await page.getByText(text).first().waitFor(PATIENCE);

  await page.getByRole('tab', { name: 'Trials', exact: true }).click();
  await page.getByRole('heading', { name: `${all} trials` }).waitFor(PATIENCE);
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  await page.getByRole('button', { name: String(TRIALS - 1), exact: true }).waitFor(PATIENCE);
  expect(await page.getByRole('row').count()).toBeLessThan(60);

  const spread = (lines: number): string => (complete > lines ? `${groupedNumber(lines)} .*of ${groupedNumber(complete)}` : groupedNumber(complete)); // prettier-ignore
  const said = {
    History: `${count(complete, 'complete trial')}, ${groupedNumber(pruned)} pruned, ${groupedNumber(failed)} failed`,
    Curves: `by step of 30 trials, the best of ${all}`,
    Parallel: `^${spread(TRIALS > 1000 ? 600 : 1000)} .*as lines through learningRate`,
    Slices: `against each of 10 parameters .*from ${spread(1000)}`,
    Contour: `visited cells of learningRate .* from ${count(complete, 'trial')}`,
    Importance: `Importance of parameters for accuracy, from ${count(complete, 'complete trial')}`,
    Timeline: `${count(TRIALS, 'trial')} in .+ up to 8 at the same time`,
  };
  for (const [tab, text] of Object.entries(said)) {
    await page.getByRole('tab', { name: tab, exact: true }).click();
    await expect
      .poll(() => page.locator('.chart figcaption').allTextContents(), PATIENCE)
      .toEqual([expect.stringMatching(text)]);
    await expect.poll(() => page.locator('.chart canvas').count(), PATIENCE).toBeGreaterThan(0);
  }

  await page.getByRole('tab', { name: 'Pareto', exact: true }).click();
  await page.getByText('a Pareto front needs two').waitFor(PATIENCE);
  const best = study.best?.number ?? 0;
  await page.goto(new URL(`/study/networks/trial?n=${best}`, page.url()).href);
  await page.getByRole('heading', { name: `Trial ${best}` }).waitFor(PATIENCE);
  await page.getByText('accuracy by step').first().waitFor(PATIENCE);
  await page.goto(new URL(`/study/networks/compare?sel=${best},${TRIALS - 1}`, page.url()).href);
  await page.getByText('Rows whose values differ').waitFor(PATIENCE);
  expect(trouble).toEqual([]);
  await page.context().close();
});
