/**
 * A run as JSON lines: one object per finished trial and a last one for the run. Other events are progress and have no line.
 */
import type { Values } from '#core';
import type { RunEvent } from '#tune';

/** The line of an event, or null. The order of keys is part of the contract's look: readers see the event's name first. */
export function jsonLine(event: RunEvent): string | null {
  switch (event.type) {
    case 'trial': {
      const { number, state, params, values, epochs, seconds, error, reason } = event;
      return JSON.stringify({
        event: 'trial',
        number,
        state,
        params,
        values,
        epochs,
        seconds: Math.round(seconds * 1000) / 1000,
        ...(error === undefined ? {} : { error }),
        ...(reason === undefined ? {} : { reason }),
      });
    }
    case 'done': {
      const { study, trials, best, test, bundle, artifacts, reason, why } = event;
      return JSON.stringify({
        event: 'done',
        study,
        trials,
        best: best === null ? null : { number: best.number, params: best.params, values: best.values },
        ...(test === undefined || best === null ? {} : { test: only(test, Object.keys(best.values)) }),
        bundle: bundle ?? null,
        ...(artifacts === undefined ? {} : { artifacts }),
        ...(reason === 'finished' ? {} : { reason, why }),
      });
    }
    case 'started':
    case 'download':
    case 'trialStarted':
    case 'progress':
    case 'epoch':
    case 'step':
    case 'paused':
    case 'retry':
    case 'testing':
      return null;
  }
}

/** Test values are keyed by objective, as all values are; the other metrics are in the bundle. */
const only = (values: Values, names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
