import { describe, expect, it } from 'vitest';
import type { RunEvent } from '#tune';
import { recording, started } from './fixtures/recorded-run.ts';
import { advance, secondsLeft, startView, tally, trialSecondsLeft } from './run-view.ts';
import type { RunView } from './run-view.ts';

/** The view after all recorded events up to `ms`. */
const viewAt = (ms: number): RunView =>
  recording.filter(([at]) => at <= ms).reduce((view, [at, event]) => advance(view, event, at), startView(started, 0));

describe('the view of a run', () => {
  it('counts what runs, what is done and what failed', () => {
    expect(tally(viewAt(100))).toEqual({ complete: 0, failed: 0, pruned: 0, running: 2, finished: 0 });
    expect(tally(viewAt(8_300))).toEqual({ complete: 1, failed: 1, pruned: 0, running: 2, finished: 2 });
    expect(tally(viewAt(13_000))).toEqual({ complete: 3, failed: 1, pruned: 0, running: 0, finished: 4 });
  });

  it('starts a trial over when its worker was lost', () => {
    expect(viewAt(5_000).running.map(({ number }) => number)).toEqual([0]);
    expect(viewAt(5_010).running.map(({ number, startedAt }) => [number, startedAt])).toEqual([
      [0, 10],
      [2, 5_010],
    ]);
  });

  it('shows the last validated metric beside the running loss', () => {
    const trial = viewAt(4_000).running[0];
    expect(trial?.progress).toMatchObject({ epoch: 1, epochs: 2, fraction: 0.25, loss: 0.9 });
    expect(trial?.metric).toBe(0.8812);
  });

  it('keeps the best complete trial, by direction, and the earlier number of equals', () => {
    expect(viewAt(9_000).best).toEqual({ number: 0, value: 0.9412 });
    expect(viewAt(13_000).best).toEqual({ number: 2, value: 0.9712 });
    const finish = (number: number, accuracy: number): RunEvent => ({
      type: 'trial',
      number,
      state: 'complete',
      params: {},
      values: { accuracy },
      epochs: 1,
      seconds: 1,
    });
    const minimized = { ...started, objective: { name: 'accuracy', direction: 'minimize' as const } };
    const ends = [finish(5, 0.5), finish(4, 0.5), finish(6, NaN), finish(7, 0.6)];
    expect(ends.reduce((view, event) => advance(view, event, 0), startView(minimized, 0)).best).toEqual({
      number: 4,
      value: 0.5,
    });
  });
});

describe('time left', () => {
  it('of the study is what is left at the pace so far, running trials counted in part', () => {
    // After 9.01 s: two trials done and 3/4 of trial 2; 1.25 of 4 are left at 2.75 per 9.01 s.
    expect(secondsLeft(viewAt(9_010), 9_010)).toBeCloseTo((1.25 / 2.75) * 9.01, 10);
  });

  it('is unknown at the start, and without a plan', () => {
    expect(secondsLeft(viewAt(100), 100)).toBeNull();
    expect(secondsLeft({ ...viewAt(9_010), started: { ...started, trials: null } }, 9_010)).toBeNull();
  });

  it('counts trials finished before a resume as done but not as pace', () => {
    const resumed = { ...viewAt(13_000), started: { ...started, trials: 10, resumed: 4 } };
    expect(secondsLeft(resumed, 13_000)).toBeCloseTo((2 / 4) * 13, 10);
  });

  it('of a trial comes from its own progress', () => {
    const trial = viewAt(9_010).running[0]; // trial 2, 3/4 done in 4.0 s since it was started over
    expect(trial === undefined ? null : trialSecondsLeft(trial, 9_010)).toBeCloseTo(4 / 3, 10);
  });
});
