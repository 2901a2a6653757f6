import { describe, expect, it } from 'vitest';
import { TuneError } from '#math';
import { describeFailure, nearNames, unknownName } from './failure.ts';

const SAMPLERS = ['auto', 'grid', 'random', 'sobol', 'tpe', 'gp', 'cmaEs', 'nsga2'];

describe('a mistyped name', () => {
  it('is answered with the names near it', () => {
    expect(nearNames('gird', SAMPLERS)).toEqual(['grid']);
    expect(nearNames('rand', SAMPLERS)).toEqual(['random']);
    expect(nearNames('CMAES', SAMPLERS)).toEqual(['cmaEs']);
    expect(nearNames('bayesian', SAMPLERS)).toEqual([]);
  });

  it('becomes one sentence that also lists what is known', () => {
    expect(unknownName('sampler', 'gird', ['auto', 'grid', 'random']).message).toBe(
      'There is no sampler "gird". Did you mean "grid"? Known: auto, grid, random.',
    );
  });
});

describe('a failure', () => {
  it('of the input is its sentence on one line and exit code 2', () => {
    const error = new TuneError('experimentThrew', 'x.ts threw:\n  no such module\n');
    expect(describeFailure(error)).toEqual({ message: 'x.ts threw: no such module', code: 2 });
  });

  it('of ours shows its stack and exits with 1', () => {
    const { message, code } = describeFailure(new Error('internal: seq went back'));
    expect(message).toMatch(/^internal error: Error: internal: seq went back\n {4}at /);
    expect(code).toBe(1);
  });
});
