/** How the search stands: the best so far, progress and time left, trials by state, what sampler and pruner do and why, and what a person can change. */
import { useEffect, useMemo, useState } from 'react';
import { bestTrial, kneeTrial, limitText, paretoTrials, type TrialRecord } from '#core';
import { describeParam, flatten, spaceFromJson } from '#space';
import { count, duration, metricNumber, valueText } from '#text';
import { Action, NeedsToken } from '../action.tsx';
import { studyPath } from '../client.ts';
import type { StudyView, ViewProps } from '../contract.ts';
import { EnqueueForm } from '../enqueue-form.tsx';
import { progressOf } from '../progress.ts';
import { localTime } from '../words.ts';

export default function Overview({ study, openTrial }: ViewProps) {
  const { definition, counts, attributes, finished } = study;
  const { name } = definition;
  const now = useNow();
  const { finished: done, planned, secondsLeft } = progressOf(study, now);
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
            {done}
            {planned === null ? '' : ` of ${planned}`} <span className="quiet">trials ended</span>
          </p>
          <p>
            {state}
            {secondsLeft !== null && `; about ${duration(secondsLeft)} left at this pace`}
          </p>
          <ul className="states">
            {Object.entries(counts).map(([each, n]) => (
              <li key={each}>
                <span className={`dot state-${each}`} aria-hidden /> {n} {each}
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
      <h2>Space</h2>
      <table className="plain">
        <tbody>
          {spaceFromJson(definition.space).dimensions.map(({ path, param }) => (
            <tr key={path}>
              <th scope="row">{path}</th>
              <td>{describeParam(param)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
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
            </button>
          </p>
          <dl className="pairs">
            {Object.entries(flatten(best.params)).map(([path, value]) => (
              <div key={path}>
                <dt>{path}</dt>
                <dd>{valueText(value)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
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
  const noted = trials.findLast(({ note }) => typeof note === 'string' && note !== '');
  const pruned = trials.findLast((trial) => trial.state === 'pruned' || trial.state === 'paused');
  return (
    <>
      <p>
        Sampler <b>{definition.sampler}</b>, pruner <b>{definition.pruner}</b>, seed {definition.seed}, since{' '}
        {localTime(definition.createdAt)}.
      </p>
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
