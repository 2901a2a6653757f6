/**
 * Events as text. JSON has no NaN or ±Infinity (JSON.stringify would write null): numbers of a measurement that are not finite are written as the
 * strings "NaN", "Infinity", "-Infinity" and read back as numbers. Everything else in an event is finite by law.
 */
import { TuneError } from '#math';
import type { StudyEvent } from './events.ts';

/** What is wrong with a field, as `no number`; null if it is as it must be. */
type Check = (value: unknown) => string | null;

const check =
  (what: string, fits: (value: unknown) => boolean): Check =>
  (value) =>
    fits(value) ? null : `no ${what}`;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** JSON reads 1e999 as Infinity. */
const number = check('number', Number.isFinite);
/** Milliseconds that a Date can hold. */
const time = check('time', (value) => Math.abs(Number.isFinite(value) ? Number(value) : Infinity) <= 8.64e15);
const trialNumber = check('number of a trial', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const text = check('string', (value) => typeof value === 'string');
const object = check('object', isRecord);
const list = check('list', Array.isArray);
const optional =
  (inner: Check): Check =>
  (value) =>
    value === undefined ? null : inner(value);
const orNull =
  (inner: Check): Check =>
  (value) =>
    value === null ? null : inner(value);
const fields =
  (wanted: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (!isRecord(value)) return 'no object';
    for (const key in wanted) {
      const wrong = wanted[key]?.(value[key]) ?? null;
      if (wrong !== null) return `not whole: "${key}" is ${wrong}`;
    }
    return null;
  };
/** Numbers by name; those that JSON cannot write as text. */
const measuredValues: Check = (value) => {
  if (!isRecord(value)) return 'no object of numbers';
  for (const name in value) {
    const one = value[name];
    if (typeof one !== 'number' && one !== 'NaN' && one !== 'Infinity' && one !== '-Infinity')
      return 'no object of numbers';
  }
  return null;
};
const values = check('object of numbers', (value) => isRecord(value) && Object.values(value).every(Number.isFinite));
const RESULTS: Readonly<Record<string, Check>> = {
  complete: fields({ values }),
  pruned: fields({ values: orNull(values), reason: text }),
  failed: fields({ error: fields({ message: text }) }),
};
const result: Check = (value) => {
  if (!isRecord(value)) return 'no object';
  const { state } = value;
  return typeof state === 'string' && Object.hasOwn(RESULTS, state)
    ? (RESULTS[state]?.(value) ?? null)
    : 'of no known state';
};

/** What each event must have for the reducer and those who read its records to take it. */
const FIELDS: { readonly [T in StudyEvent['type']]: Readonly<Record<string, Check>> } = {
  studyCreated: {
    definition: fields({
      name: text,
      space: object,
      objectives: list,
      sampler: text,
      pruner: text,
      seed: number,
      hints: object,
      createdAt: time,
    }),
  },
  trialEnqueued: { number: trialNumber, params: object },
  trialCreated: {
    number: trialNumber,
    params: object,
    worker: text,
    suggestedBy: text,
    note: optional(text),
    attributes: optional(object),
  },
  trialStarted: { number: trialNumber, worker: text },
  measured: { number: trialNumber, step: number, values: measuredValues },
  stopRequested: { number: trialNumber, reason: text },
  trialPaused: { number: trialNumber, reason: text },
  trialFinished: { number: trialNumber, result },
  trialLost: { number: trialNumber, reason: text, keptStep: orNull(number) },
  spaceEdited: { space: object, fixed: object, fill: object, changes: list },
  attributeSet: { number: orNull(trialNumber), key: text },
  studyFinished: { reason: text },
};

/** The same as pairs, made once: half a million events are read when a large study is opened. */
const REQUIRED: ReadonlyMap<string, readonly (readonly [string, Check])[]> = new Map(
  Object.entries(FIELDS).map(([type, wanted]) => [type, [['at', time], ...Object.entries(wanted)]]),
);

export function encodeEvent(event: StudyEvent): string {
  return event.type === 'measured'
    ? JSON.stringify(event, (_, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v))
    : JSON.stringify(event);
}

/** `where` names the row in the message, should the text not be an event; `facts` are those of that error. */
export function decodeEvent(text: string, where: string, facts: Facts = {}): StudyEvent {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(where, 'not JSON', facts);
  }
  return eventFromJson(json, where, facts);
}

type Facts = Readonly<Record<string, unknown>>;

const damaged = (where: string, what: string, facts: Facts): TuneError =>
  new TuneError('damaged-event', `${where}: ${what}; the log is damaged there.`, { where, ...facts });

/** As `decodeEvent`, of JSON that has been parsed; numbers of a measurement are put right in place. */
export function eventFromJson(json: unknown, where: string, facts: Facts = {}): StudyEvent {
  if (typeof json !== 'object' || json === null || !('type' in json) || typeof json.type !== 'string')
    throw damaged(where, 'not an event', facts);
  if (!Object.hasOwn(FIELDS, json.type))
    throw new TuneError(
      'unknown-event',
      `${where}: event "${json.type}" is unknown to this version of Attune; use the version that wrote it.`,
      { where, ...facts },
    );
  const event = json as Record<string, unknown>; // read by key below
  for (const [key, wanted] of REQUIRED.get(json.type) ?? []) {
    const wrong = wanted(event[key]);
    if (wrong !== null) throw damaged(where, `"${key}" of ${json.type} is ${wrong}`, facts);
  }
  if (json.type === 'measured') {
    const values = event['values'] as Record<string, unknown>; // checked above
    // Only what JSON has no number for was written as text; most measurements have none of it.
    for (const name in values) if (typeof values[name] !== 'number') values[name] = Number(values[name]);
  }
  return json as StudyEvent; // checked above as far as the reducer and readers depend on it
}
