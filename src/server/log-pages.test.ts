import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { float, space } from '#space';
import { memory } from '#storage';
import { createStudy } from '#study';
import { logPages } from './log-pages.ts';

test('pages in a row are the log: the first of 1,000 events, then of 10,000, and what is left; a place within a page gets that page', async () => {
  const storage = memory();
  const study = await createStudy({
    name: 'long',
    storage,
    space: space({ x: float(0, 1) }),
    objectives: { loss: 'minimize' },
    pruner: 'none',
  });
  const trial = await study.ask();
  for (let step = 1; step <= 11_500; step++) await trial.report(step, { loss: step });
  const id = (await storage.find('long'))?.id ?? '';
  const log = (await storage.read(id, 0)).map(({ event }) => event);
  expect(log).toHaveLength(11_502);

  const pages = logPages(storage);
  const read = async (after: number) => {
    const { body, total } = await pages.page('long', after);
    return { ...(JSON.parse(gunzipSync(body).toString()) as { after: number; events: unknown[] }), total };
  };
  const sizes: number[] = [];
  const events: unknown[] = [];
  while (events.length < log.length) {
    const page = await read(events.length);
    expect(page).toMatchObject({ after: events.length, total: log.length });
    sizes.push(page.events.length);
    events.push(...page.events);
  }
  expect(sizes).toEqual([1000, 10_000, 502]);
  expect(events).toEqual(JSON.parse(JSON.stringify(log)));
  expect(await read(10_999)).toMatchObject({ after: 1000 });
  expect(await read(11_100)).toMatchObject({ after: 11_100, events: { length: 402 } });
  await trial.report(11_501, { loss: 0 });
  expect(await read(11_502)).toMatchObject({ after: 11_502, events: [{ step: 11_501 }], total: 11_503 });
});
