/**
 * Pictures of every view: light, dark, and as wide as a phone.
 *   tsx bench/dashboard/shots.ts --db study.db --study networks --out DIR [--views history,curves] [--looks light,dark,phone] [--query '?sel=1,2'] [--runs attune-out]
 */
import { parseArgs } from 'node:util';
import { openDashboard } from './browser.ts';

const LOOKS = { light: {}, dark: { dark: true }, phone: { width: 390, height: 800 } } as const;
const { values } = parseArgs({
  options: {
    db: { type: 'string', default: '' },
    study: { type: 'string', default: 'networks' },
    out: { type: 'string', default: '.' },
    views: {
      type: 'string',
      default: 'studies,overview,trials,history,curves,parallel,slice,contour,importance,timeline,trial,compare',
    },
    runs: { type: 'string' },
    looks: { type: 'string', default: 'light,dark,phone' },
    query: { type: 'string', default: '' },
  },
});
/** What stands on a view once it is drawn; a chart on the others. */
const DRAWN: Readonly<Record<string, string>> = {
  studies: 'td',
  overview: 'h1',
  trials: '.grid-body .grid-row',
  trial: 'h1',
  compare: 'h1',
};
const dashboard = await openDashboard(values.db, values.runs);
for (const look of values.looks.split(',') as (keyof typeof LOOKS)[]) {
  for (const view of values.views.split(',')) {
    const path = view === 'studies' ? '/' : `/study/${values.study}/${view}${values.query}`;
    const page = await dashboard.page(path, LOOKS[look]);
    page.on('console', (message) => console.log(`${view} ${look}: ${message.text()}`));
    page.on('pageerror', (error) => console.log(`${view} ${look}: ${error.message}`));
    await page
      .locator(DRAWN[view] ?? '.chart canvas')
      .first()
      .waitFor();
    await page.locator('.banner').waitFor({ state: 'detached', timeout: 300_000 });
    await page.waitForTimeout(2500); // a picture, no test: the last numbers are drawn by then
    await page.screenshot({ path: `${values.out}/${values.study}-${view}-${look}.png`, fullPage: true });
    await page.context().close();
  }
}
await dashboard.close();
