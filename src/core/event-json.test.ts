import { expect, test } from 'vitest';
import { decodeEvent, encodeEvent } from './event-json.ts';
import type { StudyEvent } from './events.ts';

test('a measurement keeps NaN and both infinities, which JSON alone would turn to null', () => {
  const event: StudyEvent = {
    type: 'measured',
    at: 1,
    number: 0,
    step: 2,
    values: { loss: NaN, a: Infinity, b: -Infinity, c: 0.1 },
  };
  const text = encodeEvent(event);
  expect(text).toBe(
    '{"type":"measured","at":1,"number":0,"step":2,"values":{"loss":"NaN","a":"Infinity","b":"-Infinity","c":0.1}}',
  );
  expect(decodeEvent(text, 'row 1')).toEqual(event);
});

test('numbers come back bit by bit', () => {
  const values = { a: 1e-300, b: 1e300, c: 0.1 + 0.2, d: Number.MIN_VALUE, e: Number.MAX_SAFE_INTEGER };
  const event: StudyEvent = { type: 'trialFinished', at: 1, number: 0, result: { state: 'complete', values } };
  expect(decodeEvent(encodeEvent(event), '')).toEqual(event);
});

test.each([
  ['{"type":"meas', 'row 7: not JSON; the log is damaged there.'],
  ['null', 'row 7: not an event; the log is damaged there.'],
  ['{"at":1}', 'row 7: not an event; the log is damaged there.'],
  [
    '{"type":"measured","at":1,"number":0,"step":"2","values":{}}',
    'row 7: "step" of measured is no number; the log is damaged there.',
  ],
  [
    '{"type":"measured","at":1,"number":0,"step":2,"values":null}',
    'row 7: "values" of measured is no object of numbers; the log is damaged there.',
  ],
  [
    '{"type":"toString","at":1}',
    'row 7: event "toString" is unknown to this version of Attune; use the version that wrote it.',
  ],
])('a damaged row is named: %s', (text, message) => {
  expect(() => decodeEvent(text, 'row 7')).toThrow(message);
});
