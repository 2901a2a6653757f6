/** The chart views in a real browser, on a study that real samplers and a pruner made. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDashboard, type Opened } from '../../bench/dashboard/browser.ts';
import { generate } from '../../bench/dashboard/study.ts';

const directory = mkdtempSync(join(tmpdir(), 'attune-charts-'));
let dashboard: Opened;

beforeAll(async () => {
  const file = join(directory, 'study.db');
  await generate(file, { name: 'one', trials: 40, epochs: 6, objectives: 1 });
  await generate(file, { name: 'three', trials: 40, epochs: 2, objectives: 3 });
  dashboard = await openDashboard(file);
}, 120_000);
afterAll(async () => {
  await dashboard.close();
  rmSync(directory, { recursive: true });
});

test('every chart view draws, says what it shows, and has its numbers as a table', async () => {
  const page = await dashboard.page('/study/one/history');
  const trouble: string[] = [];
  page.on('pageerror', ({ message }) => trouble.push(message));
  const said = {
    History: /accuracy by trial: \d+ complete/,
    Curves: /accuracy by step of \d+ trials/,
    Parallel: /as lines through learningRate/,
    Slices: /accuracy against each of 10 parameters/,
    Contour: /visited cells of learningRate/,
    Importance: /Importance of parameters for accuracy/,
    Timeline: /40 trials in .+ up to 8 at the same time/,
  };
  for (const [tab, text] of Object.entries(said)) {
    await page.getByRole('tab', { name: tab, exact: true }).click();
    await expect.poll(() => page.locator('.chart figcaption').allTextContents()).toEqual([expect.stringMatching(text)]);
    await expect.poll(() => page.locator('.chart canvas').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await expect.poll(() => page.locator('.chart tbody tr').count()).toBeGreaterThan(3);
  }
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('a rectangle on the history selects the trials in it, in the address too; a brush in the address is taken up', async () => {
  const page = await dashboard.page('/study/one/history');
  const box = await page.locator('.chart canvas').first().boundingBox();
  if (box === null) throw new Error('the canvas has no box');
  await page.getByText('accuracy by trial').waitFor();
  await page.mouse.move(box.x + 90, box.y + 95);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 250, { steps: 4 });
  await page.mouse.move(box.x + box.width - 30, box.y + 425, { steps: 4 });
  await page.mouse.up();
  await expect
    .poll(() => page.getByRole('status').allTextContents())
    .toContainEqual(expect.stringMatching(/trials are selected/));
  expect(new URL(page.url()).searchParams.get('sel')).toMatch(/^\d+(,\d+)+$/);

  // The fourth axis holds the layers, 1 … 6: every trial passes between 0 and 7.
  await page.goto(new URL('/study/one/parallel?brush=3:0~7', page.url()).href);
  await expect
    .poll(() => page.getByRole('status').allTextContents())
    .toContainEqual(expect.stringMatching(/\d+ trials are selected/));
  await page.context().close();
});

test('three objectives are drawn as three projections', async () => {
  const page = await dashboard.page('/study/three/pareto');
  await expect
    .poll(() => page.locator('.chart figcaption').allTextContents())
    .toEqual([expect.stringMatching(/accuracy .* against latencyMs .* against memoryMb/)]);
  await page.context().close();
});
