/** Numbers and spans of time on axes. */

/** At most five digits that mean something, and never many zeros: 0.97059, 1.2e-5, 64. */
export function tickNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(5));
  const size = Math.abs(rounded);
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? rounded.toExponential() : String(rounded);
}

/** Seconds in the unit that keeps numbers short, for an axis that goes up to `longest`. */
export function timeUnit(longest: number): { readonly name: string; readonly seconds: number } {
  if (longest < 180) return { name: 's', seconds: 1 };
  if (longest < 3 * 3600) return { name: 'min', seconds: 60 };
  return longest < 3 * 86400 ? { name: 'h', seconds: 3600 } : { name: 'days', seconds: 86400 };
}
