/**
 * The lines by which a command reports: `attune: {"step": 3, "val_accuracy": 0.81}` on its stdout; all other lines are its own affair.
 * NaN and Infinity, which Python's json module writes although JSON has none, are read as such.
 */
export interface Report {
  /** Null: a value without a place in the curve. */
  readonly step: number | null;
  /** It says itself that nothing better will follow. */
  readonly final: boolean;
  readonly values: Readonly<Record<string, number>>;
}

const MARK = /^\s*attune:/;
const FORM = 'attune: {"step": 1, "accuracy": 0.5}';

/** Null for a line that is no report; a sentence for one that cannot be read. */
export function readReport(line: string, names: Readonly<Record<string, string>> = {}): Report | string | null {
  const mark = MARK.exec(line)?.[0];
  if (mark === undefined) return null;
  const text = line.slice(mark.length).trim();
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  const data = parse(text);
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return `a line of the form ${FORM} was expected; it printed: ${mark.trim()} ${shown}`;
  const { step = null, final = false, ...rest } = data as Record<string, unknown>; // an object of JSON
  if (step !== null && !(typeof step === 'number' && Number.isSafeInteger(step) && step >= 0))
    return `"step" must be a whole number ≥ 0; it printed: ${shown}`;
  if (typeof final !== 'boolean') return `"final" must be true or false; it printed: ${shown}`;
  const values: Record<string, number> = {};
  for (const [name, value] of Object.entries(rest)) {
    const number = typeof value === 'number' ? value : NUMBERS.get(value);
    // Text and lists beside the numbers are the command's own notes; they stay in its log.
    if (number !== undefined) values[names[name] ?? name] = number;
  }
  return { step, final, values };
}

const NUMBERS = new Map<unknown, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

function parse(text: string): unknown {
  // Strings are matched first, so that what they hold stays as it is.
  const json = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (match) =>
    match.startsWith('"') ? match : `"${match}"`,
  );
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
