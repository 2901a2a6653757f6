/**
 * How fluid the dashboard is on a long study: time until the page says something and until all is drawn, answers to a brush, a sort and a filter, frames and heap
 * while events come in. Chromium draws in software; times are from the page's own clock.
 *   npm run bench:dashboard -- [--db study.db --study networks] [--trials 10000] [--seconds 20] [--rate 50]
 * Without --db a study is made first (see study.ts). The events are appended to the file by this process. Needs `npm run build`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { quantile } from '#math';
import { openStudy } from '#study';
import { groupedNumber } from '#text';
import { openDashboard } from './browser.ts';
import { generate } from './study.ts';

const { values: args } = parseArgs({
  options: {
    db: { type: 'string' },
    study: { type: 'string', default: 'networks' },
    trials: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '20' },
    rate: { type: 'string', default: '50' },
  },
});
const [seconds, rate] = [Number(args.seconds), Number(args.rate)];
const directory = mkdtempSync(join(tmpdir(), 'attune-bench-'));
const file = args.db ?? join(directory, 'study.db');
if (args.db === undefined)
  await generate(file, { name: args.study, trials: Number(args.trials), epochs: 24, objectives: 1 });
const dashboard = await openDashboard(file);

/** The heap is looked at so often while events come in. */
const PARTS = 5;
const PATIENCE = { timeout: 300_000 };
const line = (what: string, text: string): void => console.log(`${what.padEnd(44)} ${text}`);
const spread = (ms: readonly number[]): string =>
  `median ${quantile(ms, 0.5).toFixed(0)} ms, slowest of ${ms.length}: ${Math.max(...ms).toFixed(0)} ms`;
const sinceStart = async (page: Page): Promise<string> =>
  `${Number(await page.evaluate('performance.now()')).toFixed(0)} ms`;
/** Milliseconds of each of some actions in the page until the frame after it was drawn; `actions` is the text of a list of functions. */
const timesOf = (page: Page, actions: string): Promise<number[]> =>
  page.evaluate(`(async () => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const times = [];
    for (const act of ${actions}) {
      const begun = performance.now();
      act();
      await drawn();
      times.push(performance.now() - begun);
      await drawn();
    }
    return times;
  })()`);

/** A page with the table, and milliseconds from navigation until its first trials are drawn. */
async function openTable(): Promise<{ table: Page; firstMs: number }> {
  const table = await dashboard.page(`/study/${args.study}/trials`);
  // The page looks by itself in each frame: this process would hear of it only when the page has time to answer.
  const firstMs = Number(
    await table.evaluate(`new Promise((seen) => {
      const look = () =>
        document.querySelector('main h1') === null
          ? requestAnimationFrame(look)
          : requestAnimationFrame(() => setTimeout(() => seen(performance.now())));
      look();
    })`),
  );
  return { table, firstMs };
}

const { table, firstMs } = await openTable();
const paint = Number(await table.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`));
line('server and browser just started: first paint', `${paint.toFixed(0)} ms since navigation`);
line('  first trials', `${firstMs.toFixed(0)} ms`);
await table.locator('.banner').waitFor({ state: 'detached', ...PATIENCE });
await table.locator('[role=row][aria-rowindex="2"]').waitFor(PATIENCE);
line('  whole log read, table drawn', await sinceStart(table));
const columns = `[...document.querySelectorAll('[role=columnheader] button')]`;
line('sort by a column', spread(await timesOf(table, `${columns}.slice(0, 10).map((button) => () => button.click())`)));
const type = `(text) => () => {
  const box = document.querySelector('input[type=search]');
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, text);
  box.dispatchEvent(new Event('input', { bubbles: true }));
}`;
const filters = ['state = pruned', 'state = complete', 'step < 5', 'number > 5', 'state = failed and number > 9', ''];
line('filter', spread(await timesOf(table, `${JSON.stringify(filters)}.map(${type})`)));
await table.context().close();

const again: number[] = [];
for (let i = 0; i < 5; i++) {
  const { table, firstMs } = await openTable();
  again.push(firstMs);
  await table.context().close();
}
line('first trials, nothing cached in the browser', spread(again));

const parallel = await dashboard.page(`/study/${args.study}/parallel`);
await parallel.locator('.chart canvas').first().waitFor(PATIENCE);
await parallel.locator('.banner').waitFor({ state: 'detached', ...PATIENCE });
line('parallel coordinates drawn', await sinceStart(parallel));
await sleep(2000);
const mouse = `(type, y) => () => {
  const canvas = document.querySelector('.chart canvas');
  const { left, top } = canvas.getBoundingClientRect();
  canvas.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: left + 65, clientY: top + y, button: 0, buttons: 1 }));
}`;
const moves = Array.from({ length: 10 }, (_, i) => ['mousemove', 140 + 20 * i]);
const brush = [['mousemove', 130], ['mousedown', 130], ...moves, ['mouseup', 340]];
line('brush', spread(await timesOf(parallel, `${JSON.stringify(brush)}.map(([type, y]) => (${mouse})(type, y))`)));
await parallel.context().close();

const live = await dashboard.page(`/study/${args.study}/history`);
await live.locator('.chart canvas').first().waitFor(PATIENCE);
await live.locator('.banner').waitFor({ state: 'detached', ...PATIENCE });
/** Megabytes after two collections: what weak references held is free only after the second. */
const heap = async (): Promise<number> => {
  await live.evaluate('gc()');
  await sleep(200);
  return Number(await live.evaluate('gc(), performance.memory.usedJSHeapSize')) / 2 ** 20;
};
await live.evaluate(
  'globalThis.frameTimes = []; let last = performance.now(); (function next(now) { frameTimes.push(now - last); last = now; requestAnimationFrame(next); })(last)',
);
const heaps = [await heap()];
const study = await openStudy(`sqlite:${file}`, args.study, { sampler: 'random', pruner: 'none' });
const began = performance.now();
let events = 0;
while (performance.now() - began < 1000 * seconds) {
  const trial = await study.ask();
  events++;
  for (let step = 1; step <= 20; step++) {
    await trial.report(step, { accuracy: 0.9 - 0.5 / step, loss: 1 / step });
    events++;
    await sleep(Math.max(0, began + (1000 * events) / rate - performance.now()));
  }
  await study.tell(trial, { accuracy: 0.875 });
  events++;
  if (performance.now() - began > (1000 * seconds * heaps.length) / PARTS) heaps.push(await heap());
}
const tookSeconds = (performance.now() - began) / 1000;
await study.close();
const frames: number[] = await live.evaluate('frameTimes.slice(1)');
const mean = (1000 * frames.length) / frames.reduce((sum, ms) => sum + ms, 0);
line(
  `${(events / tookSeconds).toFixed(0)} events/s for ${tookSeconds.toFixed(0)} s: frames/s`,
  `median ${(1000 / quantile(frames, 0.5)).toFixed(0)}, mean ${mean.toFixed(0)}, one frame of 20 takes over ${quantile(frames, 0.95).toFixed(0)} ms`,
);
line(
  'heap after collection',
  `${heaps.map((mb) => mb.toFixed(1)).join(', ')} MB, at the start and after each ${PARTS}th of ${groupedNumber(events)} events`,
);
await dashboard.close();
rmSync(directory, { recursive: true });
