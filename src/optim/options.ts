/** Checks of options at definition. */
import { TuneError } from '#math';

/** @internal Throws unless the option holds. */
export function requireOption(ok: boolean, owner: string, option: string, wants: string, got: unknown): void {
  if (ok) return;
  const shown = Array.isArray(got) ? `[${got.join(', ')}]` : String(got);
  throw new TuneError('invalidOption', `${owner}: ${option} must be ${wants}; got ${shown}.`, { owner, option, got });
}

/** @internal */
export const isPositive = (x: number): boolean => Number.isFinite(x) && x > 0;
/** @internal */
export const isNonNegative = (x: number): boolean => Number.isFinite(x) && x >= 0;
/** @internal */
export const isCount = (x: number): boolean => Number.isSafeInteger(x) && x >= 1;
