/**
 * The state of a study after so many events, as bytes: a cache of what the reducer found, so that opening a long study need not fold its whole log again.
 * The reducer stays the only truth: a state that is read back equals the one folded from the log, and goes on with the events behind it.
 *
 *   m  number of measurements of all trials, in the order of trials     v  numbers in them
 *   u32 MAGIC, u32 length of the head | f64 values [v] | times [m] | steps [m] | shape of each measurement [m], where there are several | head, JSON in UTF-8
 *
 * A shape is a list of metric names. Times and steps are whole numbers close together as a rule: then u32 above the smallest, else f64. Each column begins at a multiple of 8.
 * Numbers are as this machine keeps them; a machine with the other byte order, and another version, do not know the MAGIC: null.
 * Half a million measurements are a million objects, and most who open a study look at few of them: the measurements of a trial are made when they are first asked for.
 * Cost: O(events) to write, O(trials) to read, and O(measurements) for the trials that are looked at.
 */
import { StudyState, type StateParts } from './state.ts';
import type { Measurement, TrialRecord } from './trial.ts';

/** "ATS" and the version of this form. */
const MAGIC = 0x41545301;

type Bare = Omit<TrialRecord, 'measurements'>;

/** Whole numbers as their distance from `from`; null: as they are. */
interface Column {
  readonly from: number | null;
}

interface Head extends Omit<StateParts, 'trials'> {
  readonly trials: readonly Bare[];
  /** Number of measurements of each trial. */
  readonly measured: readonly number[];
  readonly shapes: readonly (readonly string[])[];
  readonly values: number;
  readonly times: Column;
  readonly steps: Column;
}

/** @internal */
export function encodeState(state: StudyState): Uint8Array {
  const { definition, seq, finished, attributes, waiting, running, paused } = state;
  const measured = state.trials.map(({ measurements }) => measurements.length);
  const m = sum(measured);
  const times = new Float64Array(m);
  const steps = new Float64Array(m);
  const shapeOf = new Uint32Array(m);
  const shapes: (readonly string[])[] = [];
  const values: number[] = [];
  let [i, shape] = [0, 0];
  for (const { measurements } of state.trials)
    for (const one of measurements) {
      const names = Object.keys(one.values);
      // As the one before it, nearly always.
      if (!same(shapes[shape], names)) shape = shapes.findIndex((known) => same(known, names));
      if (shape < 0) shape = shapes.push(names) - 1;
      // The log is JSON, which has no -0.
      for (const name of names) values.push((one.values[name] ?? NaN) + 0);
      shapeOf[i] = shape;
      times[i] = one.at + 0;
      steps[i++] = one.step + 0;
    }
  const [timeColumn, stepColumn] = [packed(times), packed(steps)];
  const head: Head = {
    definition,
    seq,
    finished,
    attributes,
    waiting: [...waiting],
    running: [...running],
    paused: [...paused],
    trials: state.trials.map(({ measurements: _, ...bare }) => bare),
    measured,
    shapes,
    values: values.length,
    times: { from: timeColumn.from },
    steps: { from: stepColumn.from },
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const columns = [
    Float64Array.from(values),
    timeColumn.data,
    stepColumn.data,
    ...(shapes.length > 1 ? [shapeOf] : []),
  ];
  const bytes = new Uint8Array(8 + sum(columns.map(({ byteLength }) => aligned(byteLength))) + text.length);
  new Uint32Array(bytes.buffer, 0, 2).set([MAGIC, text.length]);
  let at = 8;
  for (const { buffer, byteLength } of columns) {
    bytes.set(new Uint8Array(buffer, 0, byteLength), at);
    at += aligned(byteLength);
  }
  bytes.set(text, at);
  return bytes;
}

/** @internal The state that `encodeState` was given, in JSON's numbers; null for bytes of another version. Bytes that were damaged are the caller's to notice. */
export function decodeState(given: Uint8Array): StudyState | null {
  // Columns are looked at in place.
  const bytes = given.byteOffset % 8 === 0 ? given : given.slice();
  if (bytes.length < 8) return null;
  const [magic, length = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset, 2);
  if (magic !== MAGIC) return null;
  const {
    trials: bare,
    measured,
    shapes,
    values: v,
    times,
    steps,
    ...rest
  } = JSON.parse(new TextDecoder().decode(bytes.subarray(bytes.length - length))) as Head; // of this version, as encodeState wrote it
  const m = sum(measured);
  let at = bytes.byteOffset + 8;
  const column = ({ from }: Column, count: number): Float64Array | Uint32Array => {
    const data = from === null ? new Float64Array(bytes.buffer, at, count) : new Uint32Array(bytes.buffer, at, count);
    at += aligned(data.byteLength);
    return data;
  };
  const values = column({ from: null }, v);
  const [timeData, stepData] = [column(times, m), column(steps, m)];
  const shapeOf = shapes.length > 1 ? column({ from: 0 }, m) : null;
  const names = (i: number): readonly string[] => shapes[shapeOf?.[i] ?? 0] ?? [];

  /** Measurements i … i + count − 1, whose values begin at `value`. */
  const read = (i: number, count: number, value: number): Measurement[] => {
    const found: Measurement[] = [];
    for (const end = i + count; i < end; i++) {
      const read: Record<string, number> = {};
      for (const name of names(i)) put(read, name, values[value++] ?? NaN);
      found.push({
        step: (stepData[i] ?? 0) + (steps.from ?? 0),
        values: read,
        at: (timeData[i] ?? 0) + (times.from ?? 0),
      });
    }
    return found;
  };
  let i = 0;
  let value = 0;
  const trials = bare.map((trial, number): TrialRecord => {
    const [first, firstValue, count] = [i, value, measured[number] ?? 0];
    i += count;
    if (shapeOf === null) value += count * names(0).length;
    else for (let j = first; j < i; j++) value += names(j).length;
    return withMeasurements(trial, () => read(first, count, firstValue));
  });
  return StudyState.of({ ...rest, trials });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const same = (a: readonly string[] | undefined, b: readonly string[]): boolean =>
  a?.length === b.length && a.every((name, i) => name === b[i]);
const aligned = (length: number): number => Math.ceil(length / 8) * 8;

/** As u32 above the smallest, if these are whole numbers so close together. */
function packed(
  numbers: Float64Array,
): Column & { readonly data: Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> } {
  let [low, high, whole] = [Infinity, -Infinity, true];
  for (const one of numbers) {
    whole &&= Number.isSafeInteger(one);
    low = Math.min(low, one);
    high = Math.max(high, one);
  }
  if (!whole || numbers.length === 0 || high - low >= 2 ** 32) return { from: null, data: numbers.slice() };
  return { from: low, data: Uint32Array.from(numbers, (one) => one - low) };
}

/** Assignment would take this name for the prototype. */
function put(record: Record<string, number>, name: string, value: number): void {
  if (name === '__proto__')
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
  else record[name] = value;
}

const sources = new WeakMap<object, () => Measurement[]>();
const made = new WeakMap<object, Measurement[]>();

// One getter for all records: with one each, no two records would have the same shape to the engine, and each property of them would be looked up the slow way.
const LAZY: PropertyDescriptor = {
  enumerable: true,
  configurable: true,
  get(this: object): readonly Measurement[] {
    let measurements = made.get(this);
    if (measurements === undefined) {
      made.set(this, (measurements = sources.get(this)?.() ?? []));
      sources.delete(this);
    }
    return measurements;
  },
};

/** The record, with measurements that are made once, when somebody looks at them. */
function withMeasurements(trial: Bare, read: () => Measurement[]): TrialRecord {
  sources.set(trial, read);
  return Object.defineProperty(trial, 'measurements', LAZY) as TrialRecord; // which is all it lacked
}
