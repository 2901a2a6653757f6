/** Facts noted with a trial or with the study, and the two that the study itself lives by: whether a person holds it, and the lag of its ordered mode. */
import { TuneError, type Json, type StudyState } from '#core';
import type { StudyLog } from './study-log.ts';

/** True while a person holds the study, so that no trial is started. */
const HELD = 'held';

/** The lag of ordered mode; 0 if the study was begun without. */
const LAG = 'lag';

export const isHeld = ({ attributes }: StudyState): boolean => attributes[HELD] === true;

export function lagOf({ attributes }: StudyState): number | null {
  const lag = attributes[LAG];
  return typeof lag === 'number' ? lag : null;
}

/** `number` null: of the study. */
export function setAttribute(log: StudyLog, number: number | null, key: string, value: Json): Promise<void> {
  return log.change(() => {
    if (!isJson(value))
      throw new TuneError('bad-attribute', `attribute "${key}": the value must be JSON with finite numbers.`, { key });
    if (number !== null) log.recordOf(number);
    return [{ type: 'attributeSet', at: log.now(), number, key, value }];
  });
}

export async function setHeld(log: StudyLog, held: boolean): Promise<void> {
  if (held !== isHeld(log.state)) await setAttribute(log, null, HELD, held);
}

/** See `Study.settleLag`. */
export async function settleLag(
  log: StudyLog,
  asked: number | undefined,
  usual: number | undefined,
): Promise<number | null> {
  await log.takeTurn(() => log.readOn());
  const { state } = log;
  const before = lagOf(state);
  if (before !== null && asked !== undefined && asked !== before && state.trials.length > 0)
    throw new TuneError(
      'other-study',
      `study "${state.definition.name}" was begun ${before === 0 ? 'without ordered mode' : `with lag ${before}`} and cannot go on ${asked === 0 ? 'without' : `with lag ${asked}`}.`,
      { before, asked },
    );
  const lag = asked ?? before ?? usual ?? null;
  if (lag !== null && lag !== before) await setAttribute(log, null, LAG, lag);
  return lag === 0 ? null : lag;
}

function isJson(value: unknown): value is Json {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null)
    return value === null || typeof value === 'string' || typeof value === 'boolean';
  return Object.values(value).every((v) => v === undefined || isJson(v));
}
