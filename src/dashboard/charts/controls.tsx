/** What stands above a chart: its settings. */
import { useEffect, useState } from 'react';
import type { ViewProps } from '../contract.ts';

interface ChooseProps {
  readonly label: string;
  readonly value: string;
  /** Values, with the text that stands for each if it is another. */
  readonly of: readonly (string | readonly [value: string, text: string])[];
  readonly onChange: (value: string) => void;
}

export function Choose({ label, value, of, onChange }: ChooseProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {of.map((each) => {
          const [key, text] = typeof each === 'string' ? [each, each] : each;
          return (
            <option key={key} value={key}>
              {text}
            </option>
          );
        })}
      </select>
    </label>
  );
}

/** Nothing to choose where there is one objective. */
export function ChooseObjective({ study, options, setOption }: Pick<ViewProps, 'study' | 'options' | 'setOption'>) {
  const names = study.definition.objectives.map(({ name }) => name);
  if (names.length < 2) return null;
  return (
    <Choose
      label="Objective"
      value={objectiveName(study, options)}
      of={names}
      onChange={(name) => setOption('objective', name)}
    />
  );
}

/** The objective that the URL names if there is one of that name, else the first. */
export function objectiveName(
  { definition: { objectives } }: ViewProps['study'],
  options: ViewProps['options'],
): string {
  return (objectives.find(({ name }) => name === options['objective']) ?? objectives[0])?.name ?? '';
}

const narrow = matchMedia('(max-width: 700px)');

/** Whether the page is as narrow as a phone. */
export function useNarrow(): boolean {
  const [matches, setMatches] = useState(narrow.matches);
  useEffect(() => {
    const follow = (): void => setMatches(narrow.matches);
    narrow.addEventListener('change', follow);
    return () => narrow.removeEventListener('change', follow);
  }, []);
  return matches;
}
