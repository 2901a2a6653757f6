/**
 * Power spectrum of a real frame by the fast Fourier transform, radix 2, in place. Cooley & Tukey 1965 (Mathematics of Computation 19).
 *   x  [n]  the frame, n a power of two     |X|²  [n/2 + 1]  of the frequencies 0, 1/n … 1/2 cycles a sample
 * Cost: O(n log n); the tables of one size are made once.
 */
import { TuneError } from '#math';

/** A function for frames of `n` numbers; it writes |X|² into `power`. It keeps room of its own, so a call is not reentrant. */
export function powerSpectrum(n: number): (frame: Float64Array, power: Float64Array) => void {
  if (!(Number.isSafeInteger(n) && n >= 2 && (n & (n - 1)) === 0)) {
    throw new TuneError('fft', `A power spectrum needs frames of 2, 4, 8 … numbers; got ${n}.`, { n });
  }
  const cos = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sin = Float64Array.from({ length: n / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / n));
  const reversed = new Int32Array(n);
  for (let i = 1; i < n; i++) reversed[i] = ((reversed[i >> 1] ?? 0) >> 1) | ((i & 1) * (n >> 1));
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  return (frame, power) => {
    for (let i = 0; i < n; i++) re[i] = frame[reversed[i] ?? 0] ?? 0;
    im.fill(0);
    for (let half = 1; half < n; half *= 2) {
      const stride = n / (2 * half);
      for (let start = 0; start < n; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const [c, s] = [cos[k * stride] ?? 0, sin[k * stride] ?? 0];
          const [a, b] = [start + k, start + k + half];
          const x = (re[b] ?? 0) * c - (im[b] ?? 0) * s;
          const y = (re[b] ?? 0) * s + (im[b] ?? 0) * c;
          re[b] = (re[a] ?? 0) - x;
          im[b] = (im[a] ?? 0) - y;
          re[a] = (re[a] ?? 0) + x;
          im[a] = (im[a] ?? 0) + y;
        }
      }
    }
    for (let k = 0; k <= n / 2; k++) power[k] = (re[k] ?? 0) ** 2 + (im[k] ?? 0) ** 2;
  };
}
