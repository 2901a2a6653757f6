/** How the search stands: the best so far, progress, trials by state. */
import { bestTrial } from '#core';
import { metricNumber } from '#text';
import type { ViewProps } from '../contract.ts';

export default function Overview({ study }: ViewProps) {
  const { definition, counts } = study;
  const [objective, second] = definition.objectives;
  const best =
    objective === undefined || second !== undefined
      ? null
      : bestTrial(study.trials, definition.objectives, definition.limits);
  return (
    <>
      <h1>{definition.name}</h1>
      {best !== null && objective !== undefined && (
        <p>
          Best: trial {best.number}, {objective.name} {metricNumber(best.values[objective.name] ?? NaN)}
        </p>
      )}
      <p>{Object.entries(counts).map(([state, n]) => `${n} ${state} `)}</p>
    </>
  );
}
