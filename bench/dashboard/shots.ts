/**
 * Pictures of every view: light, dark, and as wide as a phone.
 *   tsx bench/dashboard/shots.ts --db study.db --study networks --out DIR [--views history,curves] [--looks light,dark,phone]
 */
import { parseArgs } from 'node:util';
import { openDashboard } from './browser.ts';

const LOOKS = { light: {}, dark: { dark: true }, phone: { width: 390, height: 800 } } as const;
const { values } = parseArgs({
  options: {
    db: { type: 'string', default: '' },
    study: { type: 'string', default: 'networks' },
    out: { type: 'string', default: '.' },
    views: { type: 'string', default: 'overview,history,curves,parallel,slice,contour,importance,timeline' },
    looks: { type: 'string', default: 'light,dark,phone' },
    query: { type: 'string', default: '' },
  },
});
const dashboard = await openDashboard(values.db);
for (const look of values.looks.split(',') as (keyof typeof LOOKS)[]) {
  for (const view of values.views.split(',')) {
    const page = await dashboard.page(`/study/${values.study}/${view}${values.query}`, LOOKS[look]);
    page.on('console', (message) => console.log(`${view} ${look}: ${message.text()}`));
    page.on('pageerror', (error) => console.log(`${view} ${look}: ${error.message}`));
    await page
      .locator(view === 'overview' ? 'h1' : '.chart canvas')
      .first()
      .waitFor();
    await page.locator('.banner').waitFor({ state: 'detached' });
    await page.waitForTimeout(2500); // a picture, no test: the last numbers are drawn by then
    await page.screenshot({ path: `${values.out}/${values.study}-${view}-${look}.png`, fullPage: true });
    await page.context().close();
  }
}
await dashboard.close();
