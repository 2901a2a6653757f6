import { expect, test } from 'vitest';
import golden from './special.golden.json' with { type: 'json' };
import {
  erf,
  erfc,
  erfcx,
  log1mexp,
  logGamma,
  logSumExp,
  normalCdf,
  normalLogCdf,
  normalLogPdf,
  normalPdf,
  normalQuantile,
} from './special.ts';

/** Golden numbers: scripts/golden/special.py, SciPy 1.10.1. */
function expectClose(f: (x: number) => number, rows: readonly (readonly number[])[], rtol: number, atol = 0) {
  for (const [x, y] of rows) {
    expect(Math.abs(f(x!) - y!), `at ${x}: ${f(x!)} instead of ${y}`).toBeLessThanOrEqual(rtol * Math.abs(y!) + atol);
  }
}

test('erf, erfc and erfcx agree with SciPy over the whole range', () => {
  expectClose(erf, golden.erf, 1e-15);
  expectClose(erfc, golden.erfc, 5e-15);
  expectClose(erfcx, golden.erfcx, 2e-15);
});

test('the normal distribution function keeps its relative accuracy in the far left tail', () => {
  expectClose(normalCdf, golden.normalCdf, 5e-13); // SciPy and we both lose digits where exp(-z²/2) nears 1e-308
  expectClose(normalLogCdf, golden.normalLogCdf, 1e-13); // the rounding of z / √2 alone costs z² · 1e-16, 4e-14 at z = 20
});

test('normal quantiles agree with SciPy from p = 5e-324 to 1 - 2^-53', () => {
  expectClose(normalQuantile, golden.normalQuantile, 4e-15);
  expect(normalQuantile(1e-300)).toBeCloseTo(-37.0471, 4); // scipy.special.ndtri(1e-300)
  expect(normalQuantile(0)).toBe(-Infinity);
  expect(normalQuantile(1)).toBe(Infinity);
  expect(normalQuantile(-0.1)).toBeNaN();
  expect(normalQuantile(NaN)).toBeNaN();
});

test('the quantile inverts the distribution function and grows with p', () => {
  let last = -Infinity;
  for (let logP = -690; logP < -0.7; logP += 0.37) {
    const p = Math.exp(logP);
    const z = normalQuantile(p);
    expect(z).toBeGreaterThan(last);
    // dΦ/Φ = φ/Φ dz ~ |z| dz: an error of 1e-15 in z is 1e-15 z² relative in p
    expect(Math.abs(normalLogCdf(z) - logP)).toBeLessThan(1e-14 * Math.max(1, z * z));
    last = z;
  }
});

test('log of the normal density stays finite where the density underflows', () => {
  expect(normalPdf(0)).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 15);
  expect(normalPdf(40)).toBe(0);
  expect(normalLogPdf(40)).toBeCloseTo(-800.9189385332047, 10); // -z²/2 - ln √(2π)
});

test('logGamma agrees with SciPy', () => {
  expectClose(logGamma, golden.logGamma, 1e-13, 1e-14);
});

test('logSumExp neither overflows nor underflows', () => {
  expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12);
  expect(logSumExp([-1000, -1001])).toBeCloseTo(-1000 + Math.log1p(Math.exp(-1)), 12);
  expect(logSumExp([])).toBe(-Infinity);
  expect(logSumExp([-Infinity, 3])).toBe(3);
  expect(logSumExp([Infinity, 3])).toBe(Infinity);
});

test('log1mexp keeps its digits at both ends', () => {
  expect(log1mexp(1e-20)).toBeCloseTo(Math.log(1e-20), 12); // 1 - exp(-x) = x - x²/2
  expect(log1mexp(50)).toBe(-Math.exp(-50)); // ln(1 - e) = -e - e²/2
});
