/**
 * Values that change with every event, at a pace that leaves the page time for everything else: a second between two charts, and longer where a chart takes long to
 * build and draw, so that it takes a tenth of the time, also while the log is read; but nobody waits for more than five seconds.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { TrialRecord } from '#core';
import type { PlottedStudy } from '#plots';
import type { StudyView } from '../contract.ts';

/** Nobody reads faster than this. */
const PACE_MS = 1000;
const LONGEST_MS = 5000;
/** A chart rests for so many times as long as it took. */
const REST = 9;

/** The study with the trials that the filter lets through; a new object at most once a pace, but at once when another filter is set. */
export function usePlotted(study: StudyView, shown: readonly TrialRecord[]): PlottedStudy {
  const filtered = shown !== study.trials;
  const now = useMemo(() => ({ definition: study.definition, trials: shown, filtered }), [study, shown, filtered]);
  const [kept, setKept] = useState(now);
  /** When the last chart was begun, and how long the page was busy with it. */
  const last = useRef({ at: -Infinity, tookMs: 0 });
  useEffect(() => {
    if (kept === now) return;
    const { at, tookMs } = last.current;
    const pace = Math.min(LONGEST_MS, Math.max(PACE_MS, (1 + REST) * tookMs));
    const wait = kept.filtered === filtered ? Math.max(0, at + pace - performance.now()) : 0;
    const timer = setTimeout(() => {
      const begun = performance.now();
      last.current = { at: begun, tookMs: 0 };
      setKept(now);
      // The frame after the next: by then the chart was built and drawn.
      requestAnimationFrame(() => setTimeout(() => (last.current = { at: begun, tookMs: performance.now() - begun })));
    }, wait);
    return () => clearTimeout(timer);
  }, [now, kept, filtered]);
  return kept;
}
