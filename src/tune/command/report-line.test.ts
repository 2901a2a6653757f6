import { expect, test } from 'vitest';
import { readReport } from './report-line.ts';

test('numbers by name, at a step, as a final word, or without a place', () => {
  expect(readReport('attune: {"step": 3, "val_accuracy": 0.81}')).toEqual({
    step: 3,
    final: false,
    values: { val_accuracy: 0.81 },
  });
  expect(readReport('  attune:{"final":true,"loss":1e-3,"note":"best","list":[1]}\r')).toEqual({
    step: null,
    final: true,
    values: { loss: 0.001 },
  });
});

test('other lines are no reports', () => {
  for (const line of ['', 'epoch 1', 'loss attune: {"step": 1}', '{"step": 1}']) expect(readReport(line)).toBeNull();
});

// The text is what `json.dumps({"step": 1, "a": float("nan"), "b": float("inf"), "c": -float("inf")})` prints (Python 3.11).
test('NaN and Infinity as Python writes them', () => {
  expect(readReport('attune: {"step": 1, "a": NaN, "b": Infinity, "c": -Infinity}')).toEqual({
    step: 1,
    final: false,
    values: { a: NaN, b: Infinity, c: -Infinity },
  });
  expect(readReport('attune: {"NaN": 1, "x": "say \\"NaN\\""}')).toMatchObject({ values: { NaN: 1 } });
});

test('names are changed as asked', () => {
  expect(readReport('attune: {"step": 1, "acc": 0.5, "loss": 2}', { acc: 'accuracy' })).toMatchObject({
    values: { accuracy: 0.5, loss: 2 },
  });
});

test.each([
  [
    'attune: step 3',
    'a line of the form attune: {"step": 1, "accuracy": 0.5} was expected; it printed: attune: step 3',
  ],
  ['attune: {"step": 3,', 'was expected'],
  ['attune: [1]', 'was expected'],
  ['attune: {"step": 1.5}', '"step" must be a whole number ≥ 0'],
  ['attune: {"step": "3"}', '"step" must be a whole number ≥ 0'],
  ['attune: {"final": 1}', '"final" must be true or false'],
])('%s is answered by a sentence', (line, sentence) => {
  expect(readReport(line)).toContain(sentence);
});
