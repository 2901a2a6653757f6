/**
 * The kernel of Gaussian processes over mixed, conditional spaces: Matérn-3/2 on a weighted sum of squared distances, one for each axis.
 * Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, (4.17). Conditional numbers as in Hutter & Osborne 2013, "A kernel for hierarchical
 * parameter spaces" (arXiv:1310.5738): a number lies on an arc of radius 1, an inactive one at the centre, so every active value is equally far from
 * "inactive". Categories differ or not (Hamming). Numbers are warped before that (warp.ts).
 *   d² = Σ_d δ_d(w(x), w(x')) / ℓ_d²      r = √(2ν) d      k = σ_f² matern(r)
 */

/** How two values of one coordinate differ. */
export type Axis = 'number' | 'conditionalNumber' | 'category';
export type Point = Float64Array;

/** δ_d(a, b) >= 0, a squared distance of an embedding, so that k is positive definite. */
export function axisDistance(axis: Axis, a: number, b: number): number {
  switch (axis) {
    case 'number':
      return (a - b) * (a - b);
    case 'category':
      return a === b || (Number.isNaN(a) && Number.isNaN(b)) ? 0 : 1;
    case 'conditionalNumber':
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : 1;
      return 2 - 2 * Math.cos(a - b); // squared chord
  }
}

/** 2ν. Tuning results are rough: ν = 5/2 takes the places between trials for better known than they are (docs/search.md). */
const TWICE_NU = 3;

/** r of the kernel for d². */
export const kernelDistance = (squared: number): number => Math.sqrt(TWICE_NU * squared);

/** k / σ_f², given e^-r (or σ_f² e^-r: then k itself): (1 + r) e^-r for ν = 3/2. */
export const matern = (r: number, decay: number): number => (1 + r) * decay;

/** The derivative of `matern` by d², given e^-r. */
export const maternSlope = (decay: number): number => (-TWICE_NU / 2) * decay;
