/**
 * Every op of the table: its gradient against central differences of the naive float64 evaluator, and ONNX Runtime's outputs and
 * gradients against that evaluator.
 */
import { describe, expect, it } from 'vitest';
import { checkGradient } from '#testing';
import { cases } from './ops.cases.ts';

describe.each(Object.entries(cases))('%s', (_name, op) => {
  it('has the gradient that finite differences show, and ONNX Runtime agrees', async () => {
    const { differences, runtime } = await checkGradient(op);
    // Central differences in float64 with step 1e-5: truncation about 1e-10, rounding about 1e-11.
    expect(differences).toBeLessThan(1e-6);
    // float32 has 6e-8; sums of a few hundred products lose two digits, and division by small numbers one more.
    expect(runtime).toBeLessThan(1e-4);
  });
});
