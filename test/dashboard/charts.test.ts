/** The chart views in a real browser, on a study that real samplers and a pruner made. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

test('each chart is saved as a picture of twice its size, as SVG with its description, and its numbers as CSV', async () => {
  const page = await dashboard.page('/study/three/history');
  const saved = async (kind: 'PNG' | 'SVG' | 'CSV'): Promise<Buffer> => {
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: `Save as ${kind}` }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(new RegExp(`^three-[a-z]+\\.${kind.toLowerCase()}$`));
    return readFileSync(await download.path());
  };
  for (const tab of ['History', 'Curves', 'Parallel', 'Slices', 'Contour', 'Importance', 'Pareto', 'Timeline']) {
    await page.getByRole('tab', { name: tab, exact: true }).click();
    const chart = page.locator('.chart-place');
    await chart.locator('canvas').first().waitFor();
    const description = (await chart.getAttribute('aria-label')) ?? '';
    const size = await chart.boundingBox();
    const png = await saved('PNG');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    // Width and height of the header (PNG, §11.2.2).
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * (size?.width ?? 0), 2 * (size?.height ?? 0)]);
    const text = await page.evaluate(
      `new DOMParser().parseFromString(${JSON.stringify((await saved('SVG')).toString())}, 'image/svg+xml').querySelector('desc').textContent`,
    );
    expect(text).toBe(description);
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    const heads = await page.locator('.chart thead th').allTextContents();
    const [head = '', ...rows] = (await saved('CSV')).toString().trim().split(/\r?\n/); // prettier-ignore
    expect(head).toBe(heads.join(','));
    expect(rows.length).toBeGreaterThanOrEqual(await page.locator('.chart tbody tr').count());
    expect(rows.length).toBeGreaterThan(0);
  }
  await page.context().close();
});

test("no view is wider than a phone's screen", async () => {
  const page = await dashboard.page('/', { width: 390, height: 800 });
  const width = (): Promise<number> => page.evaluate('document.documentElement.scrollWidth');
  await page.getByRole('link', { name: 'three' }).waitFor();
  expect(await width()).toBe(390);
  await page.getByRole('link', { name: 'three' }).click();
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await page.locator('main h1, .chart canvas').first().waitFor();
    await page.waitForTimeout(200); // what is drawn last may be the widest
    expect(`${await tab.textContent()}: ${await width()}`).toBe(`${await tab.textContent()}: 390`);
  }
  await page.context().close();
});

test('three objectives are drawn as three projections', async () => {
  const page = await dashboard.page('/study/three/pareto');
  await expect
    .poll(() => page.locator('.chart figcaption').allTextContents())
    .toEqual([expect.stringMatching(/accuracy .* against latencyMs .* against memoryMb/)]);
  await page.context().close();
});
