/** What the best trials reported by step, as text: a mark each, the best drawn over the others. */
import { asLoss, type Objective, type TrialRecord } from '#core';
import { curvesChart } from './curves-chart.ts';
import type { Screen } from './screen.ts';

const SHOWN = 4;

/** Lines of the chart; empty if no trial reported the objective at two steps. Between two reports a trial stands at the earlier one. */
export function learningCurves(trials: readonly TrialRecord[], { name, direction }: Objective, screen: Screen): string {
  const reported = trials.map((trial) => ({
    trial,
    curve: trial.measurements.flatMap(({ step, values }) => {
      const value = values[name];
      return value !== undefined && Number.isFinite(value) ? [{ step, value }] : [];
    }),
  }));
  const best = reported
    .filter(({ curve }) => curve.length > 1)
    .map(({ trial, curve }) => {
      const result = 'values' in trial ? trial.values?.[name] : undefined;
      return { number: trial.number, curve, loss: asLoss(direction, result ?? curve.at(-1)?.value ?? NaN) };
    })
    .sort((a, b) => a.loss - b.loss || a.number - b.number)
    .slice(0, SHOWN);
  const steps = best.flatMap(({ curve }) => curve.map(({ step }) => step));
  if (steps.length === 0) return '';
  const from = Math.min(...steps);
  const to = Math.max(...steps);
  // Long trainings in so many places: more than any screen has columns.
  const places = Math.min(to - from + 1, 240);
  const stepOf = (place: number): number => from + (place / Math.max(1, places - 1)) * (to - from);
  const curves = best.map(({ number, curve }) => ({
    name: `trial ${number}`,
    values: Array.from({ length: places }, (_, place) => {
      const step = stepOf(place) + 1e-9; // whole steps stay whole
      if (step >= (curve.at(-1)?.step ?? 0) + 1e-6) return NaN;
      return curve.findLast((point) => point.step <= step)?.value ?? NaN;
    }),
  }));
  // The legend goes from the best on; what is drawn last lies on top.
  return curvesChart(curves.reverse(), direction, screen, { from, to });
}
