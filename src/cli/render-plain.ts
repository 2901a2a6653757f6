/**
 * A run as plain lines, one per event: what a pipe or a log file gets, and the lines that stay above the live picture.
 */
import type { RunEvent, TrialEvent } from '#tune';
import { oneLine } from './failure.ts';
import { byteSize, count, duration, groupedNumber, metricNumber, paramsText, shortParamsText } from '#text';
import { fitLine } from './screen.ts';
import type { Screen } from './screen.ts';

const valuesText = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${metricNumber(value)}`)
    .join(' ');

/**
 * The line of an event; null for events that say nothing in a log (progress within an epoch; the end, which the report tells).
 * Of the many metrics of an epoch it has the loss and the `objective`, which is known once the run has started.
 */
export function plainLine(event: RunEvent, objective?: string): string | null {
  switch (event.type) {
    case 'started': {
      const { study, trials, parallel, resumed } = event;
      const plan = trials === null ? 'trials until stopped' : count(trials, 'trial');
      const done = resumed > 0 ? `, ${resumed} already done` : '';
      return `study ${study}: ${plan}${done}, ${parallel} at a time`;
    }
    case 'download': {
      // A download tells many times a second; a log wants its beginning and its end.
      const { dataset, receivedBytes, totalBytes } = event;
      const size = totalBytes === null ? '' : ` (${byteSize(totalBytes)})`;
      if (receivedBytes === 0) return `downloading ${dataset}${size}`;
      return receivedBytes === totalBytes ? `downloaded ${dataset}${size}` : null;
    }
    case 'trialStarted':
      return `trial ${event.number} started: ${paramsText(event.params)}`;
    case 'progress':
      return null;
    case 'epoch': {
      const { epoch, trainLoss, loss, metrics, samplesPerSecond } = event.report;
      const metric = objective === undefined ? undefined : metrics[objective];
      const shown = { loss, ...(objective === undefined || metric === undefined ? {} : { [objective]: metric }) };
      return `trial ${event.number} epoch ${epoch}: ${valuesText(shown)} (training loss ${metricNumber(trainLoss)}, ${groupedNumber(samplesPerSecond)} samples/s)`;
    }
    case 'step':
      return `trial ${event.number} step ${event.step}: ${valuesText(event.values)}`;
    case 'trial':
      return `trial ${event.number} ${outcome(event)} after ${lengthText(event)}`;
    case 'paused':
      return `trial ${event.number} paused (${oneLine(event.reason)})`;
    case 'retry':
      return `trial ${event.number} goes back to be run again: ${oneLine(event.reason)}`;
    case 'testing':
      return `evaluating ${count(event.trials, 'completed trial')} on the test split`;
    case 'done':
      return null;
  }
}

/** A command may have reported no step at all. */
const lengthText = ({ epochs, seconds, state }: TrialEvent): string =>
  epochs === 0 && state === 'complete' ? duration(seconds) : `${count(epochs, 'epoch')}, ${duration(seconds)}`;

function outcome({ state, values, error, reason }: TrialEvent): string {
  const measured = values === null ? '' : `: ${valuesText(values)}`;
  switch (state) {
    case 'complete':
      return `complete${measured}`;
    case 'pruned':
      return `pruned${reason === undefined ? '' : ` (${oneLine(reason)})`}${measured}`;
    case 'failed':
      return `failed (${oneLine(error ?? 'no reason given')})`;
  }
}

/** The line that stays on the terminal when a trial ends. */
export function trialOutcomeLine(event: TrialEvent, objective: string, screen: Screen): string {
  const { colors, glyphs } = screen;
  const value = event.values?.[objective];
  const [mark, color, result] =
    event.state === 'failed'
      ? [glyphs.failed, colors.red, `failed: ${oneLine(event.error ?? 'no reason given')}`]
      : [
          event.state === 'complete' ? glyphs.done : glyphs.pruned,
          event.state === 'complete' ? colors.green : colors.yellow,
          value === undefined ? event.state : `${objective} ${metricNumber(value)}`,
        ];
  return fitLine(
    [
      { text: `${mark} #${event.number}`, rank: 0, style: color },
      { text: result, rank: 0 },
      // A reason is long: then the parameters, which the report tells again, give way.
      { text: shortParamsText(event.params), rank: event.state === 'failed' ? 1 : 0 },
      { text: lengthText(event), rank: 1, style: colors.dim },
      { text: event.reason === undefined ? '' : oneLine(event.reason), rank: 2, style: colors.dim },
    ],
    screen,
  );
}
