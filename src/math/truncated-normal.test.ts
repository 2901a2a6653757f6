import { expect, test } from 'vitest';
import golden from './special.golden.json' with { type: 'json' };
import { normalLogPdf } from './special.ts';
import { normalLogMass, normalQuantileOfLog, truncatedNormalQuantile } from './truncated-normal.ts';

// Golden numbers: scripts/golden/special.py, scipy.stats.truncnorm 1.10.1.
test('log densities by way of the log mass agree with SciPy, also for intervals far in a tail', () => {
  for (const { mean, sd, low, high, x, logPdf } of golden.truncated) {
    x.forEach((at, i) => {
      const mass = normalLogMass((low - mean) / sd, (high - mean) / sd);
      const ours = normalLogPdf((at - mean) / sd) - Math.log(sd) - mass;
      expect(Math.abs(ours - logPdf[i]!)).toBeLessThan(1e-9 * Math.max(1, Math.abs(logPdf[i]!)));
    });
  }
});

test('quantiles agree with SciPy and stay inside the interval', () => {
  for (const { mean, sd, low, high, u, quantile } of golden.truncated) {
    u.forEach((p, i) => {
      const ours = truncatedNormalQuantile(p, mean, sd, low, high);
      expect(ours).toBeGreaterThanOrEqual(low);
      expect(ours).toBeLessThanOrEqual(high);
      expect(Math.abs(ours - quantile[i]!)).toBeLessThan(1e-8 * (high - low));
    });
  }
});

test('quantiles of log probabilities go on where exp underflows', () => {
  // mpmath 1.3: log(ncdf(-100)) = -5005.524208694205...
  expect(normalQuantileOfLog(-5005.524208694205)).toBeCloseTo(-100, 10);
});
