/** The dashboard in a real browser on a real server: what it shows, what it lets a person change, and what it does when the server goes away. Chromium is Debian's. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startServer } from '#server';
import { branch, choice, float, space } from '#space';
import { memory } from '#storage';
import { createStudy } from '#study';

const CHROMIUM = '/usr/bin/chromium';
const PAGE = resolve(import.meta.dirname, '../../dist/dashboard');
const TOKEN = 'a-token-of-thirty-two-characters';
/** Would run a script wherever it became markup. */
const NAME = '<img src=x onerror=alert(1)>';
const WAIT = { timeout: 30_000 };

async function example() {
  const storage = memory();
  const study = await createStudy({
    name: NAME,
    storage,
    space: space({
      lr: float(1e-5, 1e-1, { log: true }),
      size: choice(['small', NAME]),
      optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: {} }),
    }),
    objectives: { loss: 'minimize' },
    sampler: 'random',
    seed: 1,
    pruner: 'none',
    trials: 40,
  });
  await study.optimize(
    async (trial) => {
      if (trial.number === 3) throw new Error(`\u001b[31mout of memory\u001b[0m ${NAME}`);
      for (let step = 1; step <= 4; step++)
        await trial.report(step, { loss: (trial.number + 1) / step, accuracy: 0.5 });
      return { loss: (trial.number + 1) / 4 };
    },
    { trials: 30 },
  );
  return { storage, study };
}

describe.skipIf(!existsSync(CHROMIUM))('the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...quiet] });
  });
  afterAll(() => browser.close());

  async function serving(port = 0) {
    const { storage, study } = await example();
    const folder = mkdtempSync(join(tmpdir(), 'attune-page-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, '1'));
    writeFileSync(join(folder, '1', 'confusion.json'), JSON.stringify({ labels: ['cat', NAME], matrix: [[3, 1], [0, 4]] })); // prettier-ignore
    writeFileSync(join(folder, '1', 'schedule.json'), '{"values":"none"}');
    const folderOf = (_: string, number: number): string => join(folder, String(number));
    const start = (at: number) => startServer({ storage, token: TOKEN, port: at, version: '0', page: PAGE, folderOf });
    let server = await start(port);
    const { url } = server;
    onTestFinished(() => server.close());
    const restart = async () => {
      server = await start(Number(new URL(url).port));
    };
    return { study, url, folder, stop: () => server.close(), restart, at: `${url}/study/${encodeURIComponent(NAME)}` };
  }

  async function open(address: string, colorScheme: 'light' | 'dark' = 'light') {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1200, height: 800 } });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT.timeout);
    const faults: string[] = [];
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => faults.push('a script ran')));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) faults.push(message.text());
    });
    onTestFinished(() => context.close());
    await page.goto(address);
    return { page, faults };
  }

  const firstNumbers = (page: Page) => page.locator('.grid-body .plain-link').allTextContents();

  test('what users wrote stays text, and events show as they are written', async () => {
    const { study, url } = await serving();
    const { page, faults } = await open(url);
    await page.getByRole('link', { name: NAME }).click();
    await page.getByRole('heading', { name: NAME }).waitFor();
    await page.getByText('30 of 40').waitFor();
    // The lowest loss is that of trial 0: 1 / 4.
    await page.getByText('0.2500').waitFor();
    await study.add({ lr: 1e-3, size: NAME, optimizer: { kind: 'adam' } }, { loss: 0.125 });
    await page.getByText('31 of 40').waitFor();
    await page.getByText('0.1250').waitFor();
    await page.getByRole('tab', { name: 'Trial', exact: true }).click();
    expect(await page.locator('img').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test('trials are filtered, sorted and selected, and the URL brings all of it back', async () => {
    const { at } = await serving();
    const { page } = await open(`${at}/trials`);
    const filter = page.getByRole('searchbox');
    await filter.fill('loss > 1 and state = complete');
    await page.getByRole('button', { name: 'loss', exact: true }).click();
    await page.getByRole('button', { name: 'loss', exact: true }).click();
    await expect.poll(async () => (await firstNumbers(page))[0], WAIT).toBe('29');
    // Loss is (number + 1) / 4: above 1 from trial 4 on.
    await page.getByRole('heading', { name: '26 trials' }).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await expect.poll(() => page.url(), WAIT).toContain('sel=28');
    const { page: again } = await open(page.url());
    await again.getByRole('heading', { name: '26 trials' }).waitFor();
    expect((await firstNumbers(again))[0]).toBe('29');
    expect(await again.getByLabel('select trial 28').isChecked()).toBe(true);
    await again.getByRole('searchbox').fill('lr <');
    await again.getByText('A value is missing after "lr <".').waitFor();
  });

  test('nothing is changed without the token; with it a trial is queued and the study paused', async () => {
    const { study, url, at } = await serving();
    const looking = await open(`${at}/overview`);
    await looking.page.getByText('You are only looking.').waitFor();
    expect(await looking.page.getByRole('button', { name: 'Pause the study' }).isDisabled()).toBe(true);
    const post = (headers: Record<string, string>) =>
      fetch(`${url}/api/studies/${encodeURIComponent(NAME)}/hold`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"held":true}',
      }).then(({ status }) => status);
    expect(await post({})).toBe(401);
    expect(await post({ authorization: `Bearer ${TOKEN}`, origin: 'https://evil.example' })).toBe(403);

    const { page } = await open(`${url}/#token=${TOKEN}`);
    await page.getByRole('link', { name: NAME }).click();
    expect(page.url()).not.toContain(TOKEN);
    await page.getByText('Queue a trial').click();
    await page.getByLabel('lr').fill('7');
    await page.getByRole('button', { name: 'Add to the queue' }).click();
    // Refused by the server: the range ends at 0.1.
    await page.getByRole('alert').filter({ hasText: 'lr' }).waitFor();
    await page.getByLabel('lr').fill('0.01');
    await page.getByRole('button', { name: 'Add to the queue' }).click();
    await page.getByRole('heading', { name: 'Trial 30' }).waitFor();
    await study.refresh();
    expect(study.trials[30]).toMatchObject({ state: 'waiting', params: { lr: 0.01 } });
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByRole('button', { name: 'Pause the study' }).click();
    await page.getByRole('button', { name: 'Let it go on' }).waitFor();
    await study.refresh();
    expect(study.held).toBe(true);
  });

  test('a running trial shows its log as it grows, without what would steer a terminal; it takes a note and is stopped', async () => {
    const { study, url, at, folder } = await serving();
    const trial = await study.ask();
    const log = join(folder, String(trial.number), 'output.log');
    mkdirSync(join(folder, String(trial.number)));
    writeFileSync(log, `\u001b[31mepoch 1\u001b[0m ${NAME}\n`);
    const { page, faults } = await open(`${url}/#token=${TOKEN}`);
    await page.goto(`${at}/trial?n=${trial.number}`);
    await page.getByText(`epoch 1 ${NAME}`).waitFor();
    appendFileSync(log, '\u001b[2Jepoch 2\n');
    await page.getByText('epoch 2').waitFor();
    expect(await page.locator('main').textContent()).not.toContain('\u001b');

    await page.getByRole('textbox', { name: 'Note' }).fill(`**${NAME}**`);
    await page.getByRole('button', { name: 'Keep the note' }).click();
    await expect.poll(async () => (await study.refresh(), study.trials[trial.number]?.attributes['note'])).toBe(`**${NAME}**`); // prettier-ignore
    await page.getByRole('button', { name: 'Stop this trial' }).click();
    await page.getByRole('button', { name: 'Stopping …' }).waitFor();
    expect(await trial.report(1, { loss: 1 })).toMatchObject({ decision: 'stop' });
    expect(await page.locator('img').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test('a server that goes away is told of, and the page goes on where it was once it is back', async () => {
    const { study, at, stop, restart } = await serving();
    const { page } = await open(`${at}/overview`);
    await page.getByText('30 of 40').waitFor();
    await stop();
    await page.getByText('trying again').waitFor();
    await study.add({ lr: 1e-3, size: 'small', optimizer: { kind: 'adam' } }, { loss: 0.125 });
    await restart();
    await page.getByText('31 of 40').waitFor();
    await page.getByText('trying again').waitFor({ state: 'detached' });
  });

  test("a trial's confusion matrix is drawn from its folder; a file that is none says what it should be", async () => {
    const { at } = await serving();
    const { page, faults } = await open(`${at}/trial?n=1`);
    await page
      .getByText(/^Confusion matrix of 2 classes: 7 of 8 right; most often wrong: cat taken for <img/)
      .waitFor();
    await page.locator('.trial-charts canvas').first().waitFor();
    await page.getByText(/^schedule\.json of the trial is not of the form/).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'axe finds no serious fault on the %s page',
    { timeout: 600_000 },
    async (scheme) => {
      const { at, url } = await serving();
      const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const { page } = await open(`${at}/overview`, scheme);
      for (const [path, ready] of [
        ['', 'minimize loss'],
        ['overview', '30 of 40'],
        ['trials', '30 trials'],
        ['history', 'loss by trial'],
        ['curves', 'loss by step'],
        ['parallel', 'as lines through'],
        ['slice', 'loss against each'],
        ['contour', 'visited cells'],
        ['importance', 'Importance of parameters for loss'],
        ['pareto', 'a Pareto front needs two'],
        ['timeline', '30 trials in'],
        ['trial?n=1', 'Confusion matrix of 2'],
        ['trial?n=3', 'out of memory'],
        ['compare?sel=1,3,5', 'Rows whose values differ'],
      ] as const) {
        await page.goto(path === '' ? url : `${at}/${path}`);
        await page.getByText(ready).first().waitFor();
        await page.evaluate(source);
        const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.map(({ id, nodes }) => `${path}: ${id} ${nodes[0]?.html}`)).toEqual([]);
      }
    },
  );
});

test('paths that climb out of the page are not found', async () => {
  const server = await startServer({ storage: memory(), token: TOKEN, port: 0, version: '0', page: PAGE });
  onTestFinished(() => server.close());
  for (const path of ['/assets/..%2f..%2fpackage.json', '/assets/nothing.js', '/..%2fcli.js', '/cli.js'])
    expect((await fetch(server.url + path)).status).toBe(404);
  expect((await fetch(`${server.url}/study/a%2Fb/overview`)).headers.get('content-security-policy')).toContain(
    "default-src 'none'",
  );
});
