/** The report of a study whose numbers are known, in both forms. */
import { expect, test } from 'vitest';
import { replay, type StudyEvent } from '#core';
import { float, space } from '#space';
import type { Report } from './block.ts';
import { reportHtml } from './html.ts';
import { reportMarkdown } from './markdown.ts';
import { studyReport } from './study-report.ts';

const T0 = 1_700_000_000_000;
const second = 1000;

/** Trials of ten seconds each, one after the other, with these values; a text is an error's message. */
function studyOf(results: readonly (number | string)[], params = (n: number) => 10 ** -(1 + n)) {
  const events: StudyEvent[] = [
    {
      type: 'studyCreated',
      at: T0,
      definition: {
        name: 'lines',
        space: space({ learningRate: float(1e-9, 1, { log: true }) }).toJSON(),
        objectives: [{ name: 'loss', direction: 'minimize' }],
        sampler: 'auto',
        pruner: 'none',
        seed: 7,
        hints: { trials: results.length },
        source: 'lines.ts',
        createdAt: T0,
      },
    },
    { type: 'attributeSet', number: null, key: 'environment', value: { attune: '1.2.3', node: 'v20.20.2' }, at: T0 },
  ];
  results.forEach((result, number) => {
    const at = T0 + 10 * number * second;
    const note = number < 2 ? 'random at first' : 'gp: little noise';
    events.push(
      { type: 'trialCreated', number, params: { learningRate: params(number) }, worker: 'w', suggestedBy: 'auto', note, at },
      {
        type: 'trialFinished',
        number,
        result:
          typeof result === 'string'
            ? { state: 'failed', error: { message: result } }
            : { state: 'complete', values: { loss: result } },
        at: at + 10 * second,
      },
    ); // prettier-ignore
  });
  return replay(events);
}

const texts = ({ blocks }: Report): string =>
  blocks
    .map((block) => ('text' in block ? block.text : block.kind === 'table' ? block.rows.flat().join(' ') : ''))
    .join('\n');

test('it says what was found, searched and how, why trials failed, and how to run it again', () => {
  const told = texts(studyReport(studyOf([0.5, 'out of memory', 0.25, 'out of memory'])));
  expect(told).toContain('2 trials complete, 0 pruned, 2 failed; 40.0 s of work in 40.0 s.');
  expect(told).toContain('Trial 2: loss 0.2500.');
  expect(told).toContain('"attune repeat lines" tells');
  expect(told).toContain('learningRate float(1e-9, 1, { log: true })');
  expect(told).toContain('From trial 0 on: random at first\nFrom trial 2 on: gp: little noise');
  expect(told).toContain('out of memory 1, 3');
  expect(told).toContain('It ran with attune 1.2.3, node v20.20.2.');
  expect(told).toContain('attune run lines.ts --seed 7 --trials 4 --study lines-again');
});

test('repeats of the best give its mean with an interval, and what the search had seen', () => {
  // 0.2 and 0.4: mean 0.3, s = √(2 · 0.1²) = 0.1414, t(0.95, 1) s / √2 = 12.7062 · 0.1 (scipy.stats.t.ppf(0.975, 1), 1.10.1)
  const told = texts(studyReport(studyOf([0.1, 0.2, 0.4], () => 0.01)));
  expect(told).toContain(
    '2 repeats of trial 0 with other seeds: loss 0.3000 ± 1.2706 (95 % interval of the mean; standard deviation 0.1414); the search saw 0.1000.',
  );
});

test('the command to run it again has every flag that decides what comes out, quoted for a shell', () => {
  const study = studyOf([0.5]);
  const definition = { ...study.definition, source: '/my data/lines.ts', fixed: { learningRate: 0.1 } };
  const attributes = { lag: 2, epochs: 3, asked: { sampler: 'random' } };
  const { trials, counts, finished } = study;
  expect(texts(studyReport({ definition, attributes, trials, counts, finished }))).toContain(
    "attune run '/my data/lines.ts' --seed 7 --trials 1 --epochs 3 --lag 2 --sampler random --fix learningRate=0.1 --study lines-again",
  );
});

test('a study without a result says so', () => {
  expect(texts(studyReport(studyOf([])))).toContain('No trial is complete yet.');
});

test('the HTML holds its plots, fetches nothing, and texts never become markup', async () => {
  const html = await reportHtml(studyReport(studyOf([0.5, '<img src=x onerror=alert(1)>', 0.25])));
  expect(html.match(/<svg /g)?.length).toBeGreaterThanOrEqual(2);
  expect(html).not.toMatch(/<script|<img|<link/);
  expect(html).not.toMatch(/(?:src|href)="https?:/);
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).toContain("default-src 'none'");
});

test('a column stands on the right where it holds numbers alone, and so does its head; one of words and numbers on the left', async () => {
  const html = await reportHtml(studyReport(studyOf([0.5, 0.25])));
  expect(html).toContain('<th scope="col" class="number">trial</th><th scope="col" class="number">loss</th>');
  expect(html).toContain('<td class="number">1</td><td class="number">0.2500</td>');
  expect(html).toContain('<tr><td>sampler</td><td>auto</td></tr>');
  expect(html).toContain('<tr><td>seed</td><td>7</td></tr>');
});

test('a table of many columns is told apart, so that it fits a printed page', async () => {
  const table = (columns: number): Report => ({
    title: 'wide',
    blocks: [{ kind: 'table', head: Array.from({ length: columns }, (_, i) => `c${i}`), rows: [] }],
  });
  expect(await reportHtml(table(8))).toContain('<div class="wide"><table>');
  expect(await reportHtml(table(9))).toContain('<div class="wide many"><table>');
});

test('the Markdown has tables, and texts never become markup', () => {
  const text = reportMarkdown(studyReport(studyOf([0.5, 'a | b\n**bold** <b>', 0.25])));
  expect(text).toContain('| trial | loss | learningRate | steps | time |\n|---:|---:|---:|---|---|\n| 2 | 0.2500 |');
  expect(text).toContain('| a \\| b \\*\\*bold\\*\\* \\<b\\> | 1 |');
  expect(text).toMatch(/```\nattune run lines\.ts/);
});
