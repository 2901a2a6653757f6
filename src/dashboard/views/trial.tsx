/** One trial: what it was given, what it reported, how it ended, what it wrote, and what a person noted. */
import { useState } from 'react';
import { lastStep, type Measurement, type TrialRecord } from '#core';
import type { ThemeName } from '#plots';
import { flatten } from '#space';
import { count, duration, metricNumber, shortNumber, valueText } from '#text';
import { Action, NeedsToken } from '../action.tsx';
import { studyPath } from '../client.ts';
import { reasonOf, secondsOf } from '../columns.ts';
import { Path } from '../path.tsx';
import { plainText } from '../plain-text.ts';
import type { ViewProps } from '../contract.ts';
import { SmallCurves } from '../small-curves.tsx';
import { TrialFiles } from '../trial-files.tsx';
import { localTime } from '../words.ts';

export default function TrialPage({ study, options, setOption, selection, onSelect, theme }: ViewProps) {
  const number = Number(options['n'] ?? selection[0] ?? 0);
  const trial = study.trials[number];
  const last = study.trials.length - 1;
  const selected = selection.includes(number);
  return (
    <>
      <div className="line">
        <h1 className="inline">Trial {number}</h1>
        <button
          type="button"
          disabled={number <= 0}
          onClick={() => setOption('n', String(Math.min(number, last + 1) - 1))}
        >
          Previous
        </button>
        <button type="button" disabled={number >= last} onClick={() => setOption('n', String(number + 1))}>
          Next
        </button>
        <label>
          <input
            type="checkbox"
            checked={selected}
            onChange={() => onSelect(selected ? selection.filter((n) => n !== number) : [...selection, number])}
          />{' '}
          selected
        </label>
      </div>
      {trial === undefined ? (
        <p>The study has no trial {number}.</p>
      ) : (
        <Trial
          key={number}
          study={study.definition.name}
          trial={trial}
          first={study.definition.objectives[0]?.name ?? ''}
          theme={theme}
        />
      )}
    </>
  );
}

interface TrialProps {
  readonly study: string;
  readonly trial: TrialRecord;
  /** Its metric is drawn first. */
  readonly first: string;
  readonly theme: ThemeName;
}

function Trial({ study, trial, first, theme }: TrialProps) {
  const { number, params, measurements, attributes } = trial;
  const metrics = [...new Set(measurements.flatMap(({ values }) => Object.keys(values)))].sort(
    (a, b) => Number(b === first) - Number(a === first),
  );
  const path = `${studyPath(study)}/trials/${number}`;
  const seconds = secondsOf(trial);
  const reason = reasonOf(trial);
  const values = 'values' in trial ? trial.values : null;
  const running = trial.state === 'running' || trial.state === 'waiting' || trial.state === 'paused';
  const note = attributes['note'];
  const output = trial.state === 'failed' ? trial.error.output : attributes['output'];
  const scores = scoresOf(attributes);
  const others = Object.entries(attributes).filter(
    ([key]) => key !== 'note' && key !== 'output' && !scores.some(({ from }) => from === key),
  );
  const curveOf = (metric: string) => (
    <SmallCurves
      key={metric}
      metric={metric}
      curves={[{ name: `trial ${number}`, points: pointsOf(measurements, metric) }]}
    />
  );
  return (
    <>
      <div className="cards">
        <section className="card" aria-labelledby="state">
          <h2 id="state">
            <span className={`dot state-${trial.state}`} aria-hidden /> {trial.state}
          </h2>
          {values !== null &&
            Object.entries(values).map(([name, value]) => (
              <p className="big" key={name}>
                {metricNumber(value)} <span className="quiet">{name}</span>
              </p>
            ))}
          {reason !== null && <pre className="text">{plainText(reason)}</pre>}
          <dl className="pairs">
            <Pair name="chosen by" value={trial.suggestedBy ?? 'a person'} />
            {typeof trial.note === 'string' && <Pair name="because" value={trial.note} />}
            <Pair name="created" value={localTime(trial.createdAt)} />
            {seconds !== null && <Pair name="took" value={duration(seconds)} />}
            <Pair name="last step" value={String(lastStep(trial) ?? 'none')} />
            <Pair name="attempt" value={String(trial.attempt)} />
            {'worker' in trial && <Pair name="worker" value={trial.worker} />}
          </dl>
        </section>
        <section className="card" aria-labelledby="params">
          <h2 id="params">Parameters</h2>
          <dl className="pairs">
            {Object.entries(flatten(params)).map(([name, value]) => (
              <Pair key={name} name={name} value={valueText(value)} />
            ))}
          </dl>
        </section>
        <section className="card" aria-labelledby="change">
          <h2 id="change">Note and stop</h2>
          <NeedsToken />
          {typeof note === 'string' && note !== '' && <p className="note">{note}</p>}
          <NoteForm path={path} before={typeof note === 'string' ? note : ''} />
          {running && (
            <p>
              <Action path={`${path}/stop`} body={{}} disabled={trial.state === 'running' && trial.stopReason !== null}>
                {trial.state === 'running' && trial.stopReason !== null ? 'Stopping …' : 'Stop this trial'}
              </Action>
            </p>
          )}
        </section>
      </div>
      {measurements.length > 0 && (
        <>
          <h2>Curves</h2>
          <div className="cards">{metrics.slice(0, FIRST).map(curveOf)}</div>
          {metrics.length > FIRST && (
            <details>
              <summary>{count(metrics.length - FIRST, 'more metric')}</summary>
              <div className="cards">{metrics.slice(FIRST).map(curveOf)}</div>
            </details>
          )}
          <details>
            <summary>All values by step</summary>
            <MetricTable measurements={measurements} metrics={metrics} />
          </details>
        </>
      )}
      {scores.length > 0 && <Scores scores={scores} />}
      {others.length > 0 && (
        <>
          <h2>Attributes</h2>
          <dl className="pairs">
            {others.map(([key, value]) => (
              <Pair key={key} name={key} value={typeof value === 'string' ? value : JSON.stringify(value)} />
            ))}
          </dl>
        </>
      )}
      {typeof output === 'string' && output !== '' && (
        <>
          <h2>Output</h2>
          <pre className="text" tabIndex={0}>
            {plainText(output)}
          </pre>
        </>
      )}
      <TrialFiles path={path} live={trial.state === 'running'} name={`${study}-trial-${number}`} theme={theme} />
    </>
  );
}

/** So many curves are shown at once. */
const FIRST = 4;

/** What a trial scored on one split. */
interface Score {
  readonly title: string;
  /** The attribute that holds it. */
  readonly from: string;
  readonly values: Readonly<Record<string, number>>;
}

/** Attributes of the built-in trainer that hold numbers by metric. */
const SCORES = { metrics: 'validation', test: 'test' } as const;

const scoresOf = (attributes: TrialRecord['attributes']): Score[] =>
  Object.entries(SCORES).flatMap(([from, title]) => {
    const values = attributes[from];
    return isNumbers(values) ? [{ title, from, values }] : [];
  });

const isNumbers = (value: unknown): value is Readonly<Record<string, number>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((each) => typeof each === 'number');

function Scores({ scores }: { readonly scores: readonly Score[] }) {
  const metrics = [...new Set(scores.flatMap(({ values }) => Object.keys(values)))];
  return (
    <>
      <h2>Metrics</h2>
      <div className="scores">
        <table className="plain narrow">
          <thead>
            <tr>
              <th scope="col">metric</th>
              {scores.map(({ title }) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {metrics.map((metric) => (
              <tr key={metric}>
                <th scope="row">{metric}</th>
                {scores.map(({ title, values }) => (
                  <td key={title} className="number">
                    {values[metric] === undefined ? '' : metricNumber(values[metric])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const Pair = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <div>
    <dt>
      <Path of={name} />
    </dt>
    <dd>{value}</dd>
  </div>
);

function NoteForm({ path, before }: { readonly path: string; readonly before: string }) {
  const [text, setText] = useState(before);
  return (
    <div className="line">
      <label className="wide">
        Note
        <textarea value={text} rows={2} onChange={(event) => setText(event.target.value)} />
      </label>
      <Action path={`${path}/note`} body={{ note: text }} disabled={text === before}>
        Keep the note
      </Action>
    </div>
  );
}

const pointsOf = (measurements: readonly Measurement[], metric: string): [number, number][] =>
  measurements.flatMap(({ step, values }): [number, number][] => {
    const value = values[metric];
    return value === undefined ? [] : [[step, value]];
  });

function MetricTable({
  measurements,
  metrics,
}: {
  readonly measurements: readonly Measurement[];
  readonly metrics: readonly string[];
}) {
  return (
    <table className="plain">
      <thead>
        <tr>
          <th scope="col">step</th>
          {metrics.map((name) => (
            <th key={name} scope="col" className="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {measurements.map(({ step, values }) => (
          <tr key={step}>
            <th scope="row">{step}</th>
            {metrics.map((name) => (
              <td key={name} className="number">
                {values[name] === undefined ? '' : shortNumber(values[name])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
