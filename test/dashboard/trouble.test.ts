/** The page in a real browser when the log under it is damaged, or its study removed by another program. */
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { encodeEvent, type StudyEvent } from '#core';
import { branch, float, space } from '#space';
import { createStudy } from '#study';
import { openDashboard } from '../../bench/dashboard/browser.ts';

const directory = mkdtempSync(join(tmpdir(), 'attune-trouble-'));
afterAll(() => rmSync(directory, { recursive: true }));

const SPACE = space({ lr: float(1e-5, 1e-1, { log: true }), optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: {} }) }); // prettier-ignore

/** A study of 20 trials, each of which has four events: created, two measurements, finished; so the events of trial t are 4 t + 2 … 4 t + 5. */
async function studyIn(file: string, loss: number): Promise<void> {
  const study = await createStudy({
    name: 's',
    storage: `sqlite:${file}`,
    space: SPACE,
    objectives: { loss: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    seed: 1,
    trials: 20,
  });
  for (let i = 0; i < 20; i++) {
    const trial = await study.ask();
    for (const step of [1, 2]) await trial.report(step, { loss: (loss + i) / step });
    await study.tell(trial, { loss: loss + i });
  }
  await study.close();
}

const firstEvent = (trial: number): number => 4 * trial + 2;

async function opened(file: string, path: string) {
  const dashboard = await openDashboard(file);
  onTestFinished(() => dashboard.close());
  const page = await dashboard.page(path);
  page.setDefaultTimeout(30_000);
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  const db = new Database(file);
  onTestFinished(() => void db.close());
  return { page, faults, db };
}

const alerts = (page: Page) => page.getByRole('alert').allTextContents();
const tabs = async (page: Page): Promise<void> => {
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await expect.poll(() => page.locator('main').textContent()).not.toContain('Loading …');
    await page.waitForTimeout(100); // errors of drawing come with the next frames
  }
};

test(
  'a study that is removed while it is open is said to be gone; made anew, it is shown and can be paused',
  { timeout: 120_000 },
  async () => {
    const file = join(directory, 'removed.db');
    await studyIn(file, 1);
    const { page, faults, db } = await opened(file, '/study/s/overview');
    await page.getByText('20 of 20').waitFor();
    // So the server has it open.
    await page.getByRole('button', { name: 'Pause the study' }).click();
    await page.getByRole('button', { name: 'Let it go on' }).waitFor();

    db.exec('delete from events; delete from beats; delete from snapshots; delete from segments; delete from studies');
    await page.getByText('has no study of this name').waitFor();
    expect(await page.getByText('20 of 20').count()).toBe(1);
    await tabs(page);
    await page.getByRole('button', { name: 'All studies' }).click();
    await page.getByText('There are no studies yet.').waitFor();
    await page.goBack();
    await page.getByText('has no study of this name').waitFor();

    await studyIn(file, 0.125);
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByText('0.1250').first().waitFor();
    await expect.poll(() => alerts(page)).toEqual([]);
    await expect
      .poll(
        async () => {
          const pause = page.getByRole('button', { name: 'Pause the study' });
          if ((await pause.count()) > 0) await pause.click();
          return page.getByRole('button', { name: 'Let it go on' }).count();
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBe(1);
    expect(faults).toEqual([]);
  },
);

test(
  'damaged events are named as the study is opened, and all the others are shown in every view',
  { timeout: 120_000 },
  async () => {
    const file = join(directory, 'damaged.db');
    await studyIn(file, 1);
    const before = new Database(file);
    const damage = before.prepare('update events set json = ? where seq = ?');
    damage.run('{"type":"measured","at":1,"num', firstEvent(3) + 2);
    damage.run('{"type":"trialCreated","at', firstEvent(5)); // so three more cannot follow
    damage.run('{"type":"measured","at":1,"number":9,"step":2,"values":{"loss":"low"}}', firstEvent(9) + 2);
    before.close();
    const { page, faults, db } = await opened(file, '/study/s/trials');
    await page.getByText(/^6 events of the log could not be read and are left out; the first: .*event 16: not JSON/).waitFor(); // prettier-ignore
    await page.getByRole('heading', { name: '20 trials' }).waitFor();
    await page.getByRole('searchbox').fill('state = failed');
    await page.getByRole('heading', { name: '1 trial' }).waitFor();
    await page.goto(new URL('/study/s/trial?n=5', page.url()).href);
    await page.getByText('the event that began this trial cannot be read').first().waitFor();
    await page.goto(new URL('/study/s/overview?sel=4,5,6', page.url()).href);
    await page.getByText('19 complete').waitFor();
    await tabs(page);
    expect(faults).toEqual([]);

    // Repaired, the log is whole for the next who looks.
    const text = (event: StudyEvent): string => encodeEvent(event);
    const repair = db.prepare('update events set json = ? where seq = ?');
    repair.run(text({ type: 'measured', at: 1, number: 3, step: 2, values: { loss: 2 } }), firstEvent(3) + 2);
    repair.run(text({ type: 'measured', at: 1, number: 9, step: 2, values: { loss: 2 } }), firstEvent(9) + 2);
    const created = { params: { lr: 1e-3, optimizer: { kind: 'adam' } }, worker: 'w', suggestedBy: 'random' };
    repair.run(text({ type: 'trialCreated', at: 1, number: 5, ...created }), firstEvent(5));
    await page.goto(new URL('/study/s/overview', page.url()).href);
    await page.getByText('20 complete').waitFor();
    expect(await alerts(page)).toEqual([]);
  },
);

test(
  'a half-written event that comes while the page is open is told of, and what comes after it is shown',
  { timeout: 120_000 },
  async () => {
    const file = join(directory, 'half.db');
    await studyIn(file, 1);
    const { page, faults, db } = await opened(file, '/study/s/overview');
    await page.getByText('20 complete').waitFor();
    const insert = db.prepare('insert into events select id, (select max(seq) + 1 from events), ? from studies');
    const created = { at: Date.now(), params: { lr: 1e-3, optimizer: { kind: 'adam' } }, worker: 'w', suggestedBy: 'random' } as const; // prettier-ignore
    const write = (event: StudyEvent): unknown => insert.run(encodeEvent(event));
    insert.run(encodeEvent({ type: 'trialCreated', number: 20, ...created }).slice(0, 40));
    await page.getByText(/^1 event of the log could not be read and is left out; the first: .*event 82: not JSON/).waitFor(); // prettier-ignore
    write({ type: 'trialCreated', number: 21, ...created });
    write({ type: 'measured', at: Date.now(), number: 21, step: 1, values: { loss: 0.0625 } });
    write({
      type: 'trialFinished',
      at: Date.now(),
      number: 21,
      result: { state: 'complete', values: { loss: 0.0625 } },
    });
    await page.getByText('21 complete').waitFor();
    await page.getByText('1 failed').waitFor();
    await page.getByText('0.0625').first().waitFor();
    await tabs(page);
    expect(faults).toEqual([]);
  },
);
