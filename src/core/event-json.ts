/**
 * Events as text. JSON has no NaN or ±Infinity (JSON.stringify would write null): numbers of a measurement that are not finite are written as the
 * strings "NaN", "Infinity", "-Infinity" and read back as numbers. Everything else in an event is finite by law.
 */
import { TuneError } from '#math';
import type { StudyEvent } from './events.ts';

type Kind = 'number' | 'string' | 'object';

/** What each event must have for the reducer to take it. */
const FIELDS: { readonly [T in StudyEvent['type']]: Readonly<Record<string, Kind>> } = {
  studyCreated: { definition: 'object' },
  trialEnqueued: { number: 'number', params: 'object' },
  trialCreated: { number: 'number', params: 'object', worker: 'string', suggestedBy: 'string' },
  trialStarted: { number: 'number', worker: 'string' },
  measured: { number: 'number', step: 'number', values: 'object' },
  stopRequested: { number: 'number', reason: 'string' },
  trialPaused: { number: 'number', reason: 'string' },
  trialFinished: { number: 'number', result: 'object' },
  trialLost: { number: 'number', reason: 'string' },
  spaceEdited: { space: 'object', fixed: 'object', fill: 'object', changes: 'object' },
  attributeSet: { key: 'string' },
  studyFinished: { reason: 'string' },
};

/** The same as pairs, made once: half a million events are read when a large study is opened. */
const REQUIRED: ReadonlyMap<string, readonly (readonly [string, Kind])[]> = new Map(
  Object.entries(FIELDS).map(([type, fields]) => [type, [['at', 'number'], ...Object.entries(fields)]]),
);

export function encodeEvent(event: StudyEvent): string {
  return event.type === 'measured'
    ? JSON.stringify(event, (_, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v))
    : JSON.stringify(event);
}

/** `where` names the row in the message, should the text not be an event. */
export function decodeEvent(text: string, where: string): StudyEvent {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(where, 'not JSON');
  }
  return eventFromJson(json, where);
}

const damaged = (where: string, what: string): TuneError =>
  new TuneError('damaged-event', `${where}: ${what}; the log is damaged there.`, { where });

/** As `decodeEvent`, of JSON that has been parsed; numbers of a measurement are put right in place. */
export function eventFromJson(json: unknown, where: string): StudyEvent {
  const refuse = (what: string): never => {
    throw damaged(where, what);
  };
  if (typeof json !== 'object' || json === null || !('type' in json) || typeof json.type !== 'string')
    return refuse('not an event');
  if (!Object.hasOwn(FIELDS, json.type))
    throw new TuneError(
      'unknown-event',
      `${where}: event "${json.type}" is unknown to this version of Attune; use the version that wrote it.`,
      { where },
    );
  const event = json as Record<string, unknown>; // read by key below
  for (const [key, kind] of REQUIRED.get(json.type) ?? [])
    if (typeof event[key] !== kind || event[key] === null) refuse(`"${key}" of ${json.type} is no ${kind}`);
  if (json.type === 'measured') {
    const values = event['values'] as Record<string, unknown>; // an object, checked above
    // Only what JSON has no number for was written as text; most measurements have none of it.
    for (const name in values) if (typeof values[name] !== 'number') values[name] = Number(values[name]);
  }
  return json as StudyEvent; // checked above as far as the reducer depends on it
}
