import { expect, test } from 'vitest';
import { corpusBleu } from './bleu.ts';
import golden from './bleu.golden.json' with { type: 'json' };

test('BLEU is that of the formula written apart from ours', () => {
  for (const { candidates, references, score, precisions, brevityPenalty } of golden) {
    const got = corpusBleu(candidates, references);
    expect(got.score).toBeCloseTo(score, 10);
    expect(got.brevityPenalty).toBeCloseTo(brevityPenalty, 12);
    precisions.forEach((p, n) => expect(got.precisions[n]).toBeCloseTo(p, 12));
  }
});

test('a worked example', () => {
  // 5 tokens of 6, all right: precisions 1, penalty e^(1 − 6/5).
  const { score } = corpusBleu([['a', 'b', 'c', 'd', 'e']], [['a', 'b', 'c', 'd', 'e', 'f']]);
  expect(score).toBeCloseTo(100 * Math.exp(-0.2), 10);
  // Of 5 tokens the last is wrong: 4/5 · 3/4 · 2/3 · 1/2 = 1/5.
  expect(corpusBleu([['a', 'b', 'c', 'd', 'x']], [['a', 'b', 'c', 'd', 'e']]).score).toBeCloseTo(100 * 0.2 ** 0.25, 10);
});

test('nothing alike is 0, the same text 100, an empty one 0', () => {
  const text = ['a', 'b', 'c', 'd'];
  expect(corpusBleu([['x', 'y', 'z', 'u']], [text]).score).toBe(0);
  expect(corpusBleu([text], [text]).score).toBeCloseTo(100, 10);
  expect(corpusBleu([[]], [text]).score).toBe(0);
  expect(() => corpusBleu([], [])).toThrow('BLEU wants a reference for each candidate; got 0 and 0.');
});
