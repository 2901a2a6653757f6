/** Values that change with every event, at a pace that leaves the page time for everything else. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { TrialRecord } from '#core';
import type { PlottedStudy } from '#plots';
import type { StudyView } from '../contract.ts';

/** A chart of 10,000 trials takes up to a tenth of a second to build and draw; nobody reads faster than this. */
const PACE_MS = 1000;

/** The study with the trials that the filter lets through; a new object at most once a pace, but at once when another filter is set. */
export function usePlotted(study: StudyView, shown: readonly TrialRecord[]): PlottedStudy {
  const filtered = shown !== study.trials;
  const now = useMemo(() => ({ definition: study.definition, trials: shown, filtered }), [study, shown, filtered]);
  const [kept, setKept] = useState(now);
  const last = useRef(0);
  useEffect(() => {
    if (kept === now) return;
    const wait = kept.filtered === filtered ? Math.max(0, last.current + PACE_MS - performance.now()) : 0;
    const timer = setTimeout(() => {
      last.current = performance.now();
      setKept(now);
    }, wait);
    return () => clearTimeout(timer);
  }, [now, kept, filtered]);
  return kept;
}
