/**
 * Numbers, durations and parameters as the command line, plots and reports write them.
 */
import { flatten } from '#space';

/** Short text of any number: whole numbers in full, others to five significant digits, without trailing zeros. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}

/** A measured value (loss, accuracy): four decimals as the rounds print it, four digits when it is very small or large. */
export function metricNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(3);
  return value.toFixed(4);
}

/** Whole number with thousands separated, the same in every locale. */
export const groupedNumber = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** `0:07`, `12:34`, `3:05:09`: a clock for live lines, never jumping in width below an hour. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `0.4 s`, `12.3 s`, `4 min 05 s`, `2 h 07 min`: a duration for sentences. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `1 trial`, `2 trials`, `9 boxes`. */
export const count = (n: number, noun: string, plural = `${noun}s`): string =>
  `${groupedNumber(n)} ${n === 1 ? noun : plural}`;

/** Text from files, without characters that would steer a terminal. */
export const printable = (text: string): string => text.replace(/\p{Cc}/gu, '?');

/** A parameter's value as text: strings bare, numbers short, everything else as JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'number') return shortNumber(value);
  if (typeof value === 'string') return printable(value);
  return JSON.stringify(value) ?? String(value);
}

type Params = Readonly<Record<string, unknown>>;

/** `learningRate=0.001 batchSize=32 optimizer=sgd optimizer.sgd.momentum=0.9`. */
export const paramsText = (params: Params): string =>
  Object.entries(flatten(params))
    .map(([path, value]) => `${path}=${valueText(value)}`)
    .join(' ');

/** Upper-cases the first letter: `accuracy` → `Accuracy`. */
export const capitalize = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The seed document's names of its two hyperparameters; every other parameter goes by its own name. */
export const SHORT_NAMES: Readonly<Record<string, string>> = { learningRate: 'LR', batchSize: 'BS' };

/** Where room is short: a nested parameter by the last part of its path. */
export const shortName = (path: string): string => SHORT_NAMES[path] ?? path.slice(path.lastIndexOf('.') + 1);

/** `LR=0.001 BS=32 momentum=0.9`. */
export const shortParamsText = (params: Params): string =>
  Object.entries(flatten(params))
    .map(([path, value]) => `${shortName(path)}=${valueText(value)}`)
    .join(' ');

/** `170 MB`, `1.2 kB`: decimal units, as download pages count. */
export function byteSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const scaled = bytes / 1000 ** power;
  return `${power === 0 || scaled >= 9.95 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power] ?? 'B'}`;
}

/** Quotes a path for a POSIX shell if it needs it. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
