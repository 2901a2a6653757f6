import { expect, test } from 'vitest';
import golden from './student-t.golden.json' with { type: 'json' };
import { studentTwoSided } from './student-t.ts';

test.each(golden as [number, number, number][])(
  'the middle %d of t with %d degrees of freedom ends where SciPy says',
  (share, degrees, t) => {
    // SciPy's own search for the quantile stops at 2e-9: of ν = 2 the exact value is √(2 s² / (1 - s²)), with s the share.
    expect(studentTwoSided(share, degrees) / t).toBeCloseTo(1, 8);
  },
);

test('with one and two degrees of freedom the quantile is exact', () => {
  // ν = 1: tan(π s / 2); ν = 2: √(2 s² / (1 - s²)), from P(|T| < t) = t / √(2 + t²)
  const s = 0.95;
  expect(studentTwoSided(s, 1) / Math.tan((Math.PI * s) / 2)).toBeCloseTo(1, 12);
  expect(studentTwoSided(s, 2) / Math.sqrt((2 * s * s) / (1 - s * s))).toBeCloseTo(1, 12);
});
