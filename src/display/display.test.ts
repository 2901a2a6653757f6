/** What a notebook is handed of a study: HTML that a browser can parse, SVG that is well-formed XML, and text of users only as text. */
import { inspect } from 'node:util';
import { Resvg } from '@resvg/resvg-js';
import { describe, expect, test } from 'vitest';
import { branch, choice, float, space } from '#space';
import { createStudy } from '#study';
import { trialShown, type MimeBundle } from './index.ts';

const EVIL = `<img src=x onerror="alert(1)">&'\u001b[31m\u0000`;

const bundleOf = (object: object): MimeBundle => {
  const hook = (object as Record<symbol, unknown>)[Symbol.for('Jupyter.display')];
  if (typeof hook !== 'function') throw new Error('there is no hook');
  return hook.call(object) as MimeBundle;
};

/** The tags of well-formed XML, in order: the parser of resvg takes nothing else. */
function tagsOf(xml: string): string[] {
  const svg = xml.startsWith('<svg')
    ? xml
    : `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${xml}</svg>`;
  expect(() => new Resvg(svg)).not.toThrow();
  return [...xml.matchAll(/<([a-z]+)/g)].map(([, tag = '']) => tag);
}

async function example(trials: number) {
  const study = await createStudy({
    name: EVIL,
    space: space({
      lr: float(1e-5, 1e-1, { log: true }),
      kind: choice(['plain', EVIL]),
      optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: {} }),
    }),
    objectives: { loss: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    seed: 1,
  });
  await study.optimize(
    async (trial) => {
      if (trial.number === 3) throw new Error(EVIL);
      for (let step = 1; step <= 3; step++) await trial.report(step, { loss: (trial.number + 1) / step });
      return { loss: (trial.number + 1) / 3 };
    },
    { trials },
  );
  return study;
}

describe('a study', () => {
  test('is a line for each of what it does and what it found in a REPL, without the fields of its class', async () => {
    const study = await createStudy({
      name: 'digits',
      space: space({ lr: float(0, 1), size: choice([8, 16]) }),
      objectives: { accuracy: 'maximize' },
      seed: 1,
    });
    expect(inspect(study)).toBe('Study digits: 0 trials; maximize accuracy\n  No trial is complete yet.');
    await study.add({ lr: 0.5, size: 8 }, { accuracy: 0.75 });
    await study.add({ lr: 0.25, size: 16 }, { accuracy: 0.5 });
    const text =
      'Study digits: 2 trials: 2 complete; maximize accuracy\n  Best: trial 0, complete, accuracy 0.7500: lr=0.5 size=8';
    expect(inspect(study)).toBe(text);
    expect(inspect(study.best)).toBe('trial 0, complete, accuracy 0.7500: lr=0.5 size=8');
    expect(inspect(study.trials)).toBe(
      '2 trials: 2 complete\n  trial 0, complete, accuracy 0.7500: lr=0.5 size=8\n  trial 1, complete, accuracy 0.5000: lr=0.25 size=16',
    );
    const deno = (study as unknown as Record<symbol, () => string>)[Symbol.for('Deno.customInspect')];
    expect(deno?.call(study)).toBe(text);
    // Nothing of it is copied, compared or written.
    expect(Object.keys(study.best ?? {})).not.toContain('_toMime');
    expect(JSON.stringify(study.trials)).not.toContain('Mime');
  });

  test('is HTML with a chart in a notebook, and what users wrote is text in it', async () => {
    const study = await example(30);
    const [ofStudy, ofTrials, ofBest] = [bundleOf(study), bundleOf(study.trials), bundleOf(study.best ?? {})];
    for (const { 'text/html': html = '' } of [ofStudy, ofTrials, ofBest]) {
      expect(tagsOf(html)).not.toContain('img');
      expect(html).toMatch(/^<div>.*<\/div>$/s);
      expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;');
    }
    expect(() => tagsOf('<p>&</p>')).toThrow();
    // A point for each of the 29 complete trials.
    expect(tagsOf(ofStudy['image/svg+xml'] ?? '').filter((tag) => tag === 'circle')).toHaveLength(29);
    expect(tagsOf(ofBest['image/svg+xml'] ?? '').filter((tag) => tag === 'circle')).toHaveLength(3);
    // A head and the ten best; trial 0 is the best of them.
    expect(tagsOf(ofStudy['text/html'] ?? '').filter((tag) => tag === 'tr')).toHaveLength(11);
    expect(ofStudy['text/html']).toMatch(/<tbody><tr><th scope="row"[^>]*>0<\/th>/);
    // IJavascript asks by a name.
    expect((study as unknown as { _toMime: () => MimeBundle })._toMime()).toEqual(ofStudy);
  });

  test('of several objectives is its front', async () => {
    const study = await createStudy({
      name: 'two',
      space: space({ x: float(0, 1) }),
      objectives: { loss: 'minimize', ms: 'minimize' },
      seed: 1,
    });
    for (const x of [0, 0.25, 0.5, 0.75, 1]) await study.add({ x }, { loss: x, ms: (1 - x) ** 2 });
    await study.add({ x: 0.9 }, { loss: 1, ms: 1 });
    expect(inspect(study)).toMatch(
      /^Study two: 6 trials: 6 complete; minimize loss, minimize ms\n {2}5 trials not dominated; balanced: trial \d/,
    );
    expect(tagsOf(bundleOf(study)['image/svg+xml'] ?? '').filter((tag) => tag === 'circle')).toHaveLength(6);
  });
});

test('a trial that runs shows its parameters and how far it is; one that failed shows why', async () => {
  const study = await createStudy({
    name: 's',
    space: space({ x: float(0, 1) }),
    objectives: { loss: 'minimize' },
    pruner: 'none',
  });
  await study.enqueue({ x: 0.5 });
  const trial = await study.ask();
  expect(inspect(trial)).toBe('trial 0, running: x=0.5');
  await trial.report(1, { loss: 2 });
  await trial.report(2, { loss: NaN });
  expect(inspect(trial)).toBe('trial 0, running, loss NaN at step 2: x=0.5');
  await trial.report(3, { loss: 1 });
  // The step without a number has no point.
  expect(tagsOf(bundleOf(trial)['image/svg+xml'] ?? '').filter((tag) => tag === 'circle')).toHaveLength(2);
  const failed = await study.tell(trial, { state: 'failed', error: 'out of memory' });
  const { text, html } = trialShown(failed, study.definition);
  expect(text).toBe('trial 0, failed, loss 1.0000 at step 3: x=0.5\n  out of memory');
  expect(html).toContain('<p>out of memory</p>');
});
