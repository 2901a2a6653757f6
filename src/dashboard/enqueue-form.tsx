/** A trial with parameters of a person's choice: a field for each parameter of the space; those left empty are chosen by the sampler. The server checks. */
import { useState } from 'react';
import { spaceFromJson, type Dimension, type SpaceJson } from '#space';
import { Action } from './action.tsx';
import { studyPath } from './client.ts';

interface EnqueueFormProps {
  readonly study: string;
  readonly space: SpaceJson;
  readonly onQueued: (number: number) => void;
}

export function EnqueueForm({ study, space, onQueued }: EnqueueFormProps) {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const { dimensions } = spaceFromJson(space);
  // A parameter of a branch counts only where the branch is chosen.
  const active: Dimension[] = [];
  for (const dimension of dimensions) {
    const { condition } = dimension;
    const parent = condition && active.some(({ path }) => path === condition.path);
    if (condition === null || (parent === true && texts[condition.path] === JSON.stringify(condition.label)))
      active.push(dimension);
  }
  const given = active.filter(({ path, param }) => param.kind !== 'fixed' && (texts[path] ?? '') !== '');
  return (
    <form onSubmit={(event) => event.preventDefault()} className="fields">
      {active.map((dimension) => (
        <label key={dimension.path}>
          {dimension.path}
          <Field
            dimension={dimension}
            text={texts[dimension.path] ?? ''}
            onText={(text) => setTexts({ ...texts, [dimension.path]: text })}
          />
        </label>
      ))}
      <Action
        path={`${studyPath(study)}/enqueue`}
        body={{ params: paramsOf(given, texts) }}
        onDone={(answer) => {
          setTexts({});
          onQueued((answer as { number: number }).number); // a trial, by the API
        }}
      >
        Add to the queue
      </Action>
    </form>
  );
}

interface FieldProps {
  readonly dimension: Dimension;
  readonly text: string;
  readonly onText: (text: string) => void;
}

function Field({ dimension: { param }, text, onText }: FieldProps) {
  switch (param.kind) {
    case 'float':
    case 'int':
      return (
        <input
          inputMode="decimal"
          value={text}
          placeholder={`${param.low} to ${param.high}`}
          onChange={(event) => onText(event.target.value)}
        />
      );
    case 'choice':
    case 'branch': {
      const values = param.kind === 'choice' ? param.choices : Object.keys(param.branches);
      return (
        <select value={text} onChange={(event) => onText(event.target.value)}>
          <option value="">as the sampler likes</option>
          {values.map((value) => (
            <option key={JSON.stringify(value)} value={JSON.stringify(value)}>
              {String(value)}
            </option>
          ))}
        </select>
      );
    }
    case 'fixed':
      return <output>{String(param.value)}</output>;
  }
}

/** The parameters that were given, parents before children: what a branch holds stands beside its kind. */
function paramsOf(given: readonly Dimension[], texts: Readonly<Record<string, string>>): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  const inside = new Map<string, Record<string, unknown>>();
  for (const dimension of given) {
    const { path, name, param, condition } = dimension;
    const value = valueFrom(dimension, texts[path] ?? '');
    const owner = condition === null ? params : (inside.get(condition.path) ?? params);
    if (param.kind !== 'branch') owner[name] = value;
    else {
      const branch = { kind: value };
      owner[name] = branch;
      inside.set(path, branch);
    }
  }
  return params;
}

/** What is no number goes to the server as it is, which says what is wrong with it. */
function valueFrom({ param }: Dimension, text: string): unknown {
  if (param.kind === 'choice' || param.kind === 'branch') return JSON.parse(text);
  const number = Number(text.replace(',', '.'));
  return Number.isNaN(number) ? text : number;
}
