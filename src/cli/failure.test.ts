import { describe, expect, it } from 'vitest';
import { TuneError } from '#math';
import { describeFailure, unknownName } from './failure.ts';

it('an unknown name is one sentence with the names near it and those that are known', () => {
  expect(unknownName('sampler', 'gird', ['auto', 'grid', 'random']).message).toBe(
    'There is no sampler "gird": did you mean "grid"? Known: "auto", "grid", "random".',
  );
});

describe('a failure', () => {
  it('of the input is its sentence on one line and exit code 2', () => {
    const error = new TuneError('experimentThrew', 'x.ts threw:\n  no such module\n');
    expect(describeFailure(error)).toEqual({ message: 'x.ts threw: no such module.', code: 2 });
  });

  it('of ours shows its stack and exits with 1', () => {
    const { message, code } = describeFailure(new Error('internal: seq went back'));
    expect(message).toMatch(/^internal error: Error: internal: seq went back\n {4}at /);
    expect(code).toBe(1);
  });
});
