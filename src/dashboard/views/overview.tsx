/** How the search stands: the best so far, progress and time left, trials by state, what sampler and pruner do and why, and what a person can change. */
import { useEffect, useMemo, useState } from 'react';
import { bestSoFar } from '#analysis';
import { bestTrial, isFinished, kneeTrial, limitText, paretoTrials, type Objective, type TrialRecord } from '#core';
import { describeParam, flatten, spaceFromJson } from '#space';
import { count, duration, groupedNumber, metricNumber, valueText } from '#text';
import { Action, NeedsToken } from '../action.tsx';
import { studyPath } from '../client.ts';
import type { StudyView, ViewProps } from '../contract.ts';
import { EnqueueForm } from '../enqueue-form.tsx';
import { Path } from '../path.tsx';
import { progressOf, savedSteps, spentOf } from '../progress.ts';
import { SmallCurves } from '../small-curves.tsx';
import { localTime } from '../words.ts';

export default function Overview({ study, openTrial }: ViewProps) {
  const { definition, counts, attributes, finished } = study;
  const { name } = definition;
  const now = useNow();
  const { finished: done, planned, secondsLeft, silentSeconds } = progressOf(study, now);
  const held = attributes['held'] === true;
  const ended = attributes['ended'];
  const state = held
    ? 'held: running trials go on, none is started'
    : finished !== null
      ? `finished: ${finished.reason}`
      : typeof ended === 'string'
        ? `ended early: ${ended}`
        : counts.running > 0
          ? 'running'
          : 'nothing runs';
  return (
    <>
      <h1>{name}</h1>
      <div className="cards">
        <Best study={study} openTrial={openTrial} />
        <section className="card" aria-labelledby="progress">
          <h2 id="progress">Progress</h2>
          {planned !== null && (
            <progress max={planned} value={Math.min(planned, done)} aria-label={`${done} of ${planned} trials ended`} />
          )}
          <p className="big">
            {groupedNumber(done)}
            {planned === null ? '' : ` of ${groupedNumber(planned)}`} <span className="quiet">trials</span>
          </p>
          <p>
            {state}
            {secondsLeft !== null && `; about ${duration(secondsLeft)} left at this pace`}
            {silentSeconds !== null && `; none has ended for ${duration(silentSeconds)}`}
          </p>
          <Spent study={study} />
          <ul className="states">
            {Object.entries(counts).map(([each, n]) => (
              <li key={each}>
                <span className={`dot state-${each}`} aria-hidden /> {groupedNumber(n)} {each}
              </li>
            ))}
          </ul>
        </section>
        <section className="card" aria-labelledby="method">
          <h2 id="method">What the search does</h2>
          <Method study={study} />
        </section>
        <section className="card" aria-labelledby="change">
          <h2 id="change">Change it</h2>
          <NeedsToken />
          <p>
            <Action path={`${studyPath(name)}/hold`} body={{ held: !held }}>
              {held ? 'Let it go on' : 'Pause the study'}
            </Action>
          </p>
          <details>
            <summary>Queue a trial</summary>
            <EnqueueForm study={name} space={definition.space} onQueued={openTrial} />
          </details>
        </section>
      </div>
      <div className="cards">
        {definition.objectives.map((objective) => (
          <BestSoFar key={objective.name} study={study} objective={objective} />
        ))}
        <section aria-labelledby="space">
          <h2 id="space">Space</h2>
          <table className="plain narrow">
            <tbody>
              {spaceFromJson(definition.space).dimensions.map(({ path, param }) => (
                <tr key={path}>
                  <th scope="row">{path}</th>
                  <td>{describeParam(param)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </div>
    </>
  );
}

/** What the search has cost so far, against what was planned where that is known. */
function Spent({ study }: { readonly study: StudyView }) {
  const { steps, seconds } = useMemo(() => spentOf(study.trials), [study]);
  const { totalSteps } = study.definition.hints;
  if (steps === 0 && seconds === 0) return null;
  const planned = totalSteps === undefined ? '' : ` of ${groupedNumber(totalSteps)} planned`;
  return (
    <p className="quiet">
      {steps > 0 && `${groupedNumber(steps)} steps${planned}, `}
      {duration(seconds)} of trials
    </p>
  );
}

/** The best value of one objective by the number of trials, where it improved. */
function BestSoFar({ study, objective }: { readonly study: StudyView; readonly objective: Objective }) {
  const points = useMemo(() => {
    const finished = study.trials.filter(isFinished);
    const best = bestSoFar(study.trials, objective);
    return finished.flatMap(({ number }, i): [number, number][] => {
      const value = best[i] ?? NaN;
      const changed = value !== best[i - 1] || i === finished.length - 1;
      return changed && Number.isFinite(value) ? [[number, value]] : [];
    });
  }, [study, objective]);
  if (points.length === 0) return null;
  return (
    <section className="best-so-far">
      <SmallCurves metric={`best ${objective.name}`} unit="trial" stairs curves={[{ name: 'best so far', points }]} />
    </section>
  );
}

/** Milliseconds since 1970, looked at each second: the time left shrinks also while nothing happens. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function Best({ study, openTrial }: Pick<ViewProps, 'study' | 'openTrial'>) {
  const best = useMemo(() => bestOf(study), [study]);
  const { objectives, limits = [] } = study.definition;
  const several = objectives.length > 1;
  return (
    <section className="card" aria-labelledby="best">
      <h2 id="best">{several ? 'Balanced choice of the Pareto front' : 'Best so far'}</h2>
      {best === null ? (
        <p className="quiet">
          No trial is complete{limits.length > 0 && ` and keeps ${limits.map(limitText).join(', ')}`} yet.
        </p>
      ) : (
        <>
          {objectives.map(({ name, direction }) => (
            <p className="big" key={name}>
              {'values' in best && best.values !== null ? metricNumber(best.values[name] ?? NaN) : ''}{' '}
              <span className="quiet">
                {name}, {direction}
              </span>
            </p>
          ))}
          <p>
            <button type="button" onClick={() => openTrial(best.number)}>
              Trial {best.number}
            </button>{' '}
            {!several && <span className="quiet">{sinceText(study, best)}</span>}
          </p>
          <dl className="pairs">
            {Object.entries(flatten(best.params)).map(([path, value]) => (
              <div key={path}>
                <dt>
                  <Path of={path} />
                </dt>
                <dd>{valueText(value)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

/** How long nothing better was found. */
function sinceText({ trials }: StudyView, best: TrialRecord): string {
  const later = trials.slice(best.number + 1).filter(isFinished).length;
  return later === 0 ? 'the last that ended' : `${count(later, 'later trial')} brought nothing better`;
}

/** Of several objectives the knee of the front, else its first trial. */
function bestOf({ trials, definition: { objectives, limits } }: StudyView): TrialRecord | null {
  if (objectives.length === 1) return bestTrial(trials, objectives, limits);
  const front = paretoTrials(trials, objectives, limits);
  return kneeTrial(front, objectives) ?? front[0] ?? null;
}

/** The sampler's own words on its last choices, and the pruner's on what it ended. */
function Method({ study }: { readonly study: StudyView }) {
  const { definition, trials } = study;
  const chosen = useMemo(() => countBy(trials, ({ suggestedBy }) => suggestedBy ?? 'a person'), [study]);
  const saved = useMemo(() => savedSteps(study), [study]);
  const noted = trials.findLast(({ note }) => typeof note === 'string' && note !== '');
  const pruned = trials.findLast((trial) => trial.state === 'pruned' || trial.state === 'paused');
  return (
    <>
      <p>
        Sampler <b>{definition.sampler}</b>, pruner <b>{definition.pruner}</b>, seed {definition.seed}, since{' '}
        {localTime(definition.createdAt)}.
      </p>
      {chosen.length > 0 && (
        <p>Trials chosen by {chosen.map(([name, n]) => `${name}: ${groupedNumber(n)}`).join(', ')}.</p>
      )}
      {study.counts.pruned > 0 && (
        <p>
          {count(study.counts.pruned, 'trial')} ended early
          {saved !== null && `, which left out ${groupedNumber(saved)} steps`}.
        </p>
      )}
      {noted !== undefined && (
        <p>
          Chose trial {noted.number}: {noted.note}
        </p>
      )}
      {pruned !== undefined && 'reason' in pruned && (
        <p>
          {pruned.state === 'pruned' ? 'Ended' : 'Set aside'} trial {pruned.number}: {pruned.reason}
        </p>
      )}
      {study.finished === null && study.counts.waiting > 0 && (
        <p>{count(study.counts.waiting, 'trial')} in the queue.</p>
      )}
    </>
  );
}

/** How often each answer was given, most often first. */
function countBy<T>(list: readonly T[], of: (each: T) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const each of list) counts.set(of(each), (counts.get(of(each)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
