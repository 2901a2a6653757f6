/** The list of studies, the newest first; asked for again every few seconds. */
import { useEffect, useState } from 'react';
import type { WireStudies } from '#api';
import { groupedNumber } from '#text';
import { callJson, Refused } from './client.ts';
import { TokenForm } from './token-form.tsx';
import { localTime } from './words.ts';

type Listed = WireStudies['studies'][number];

const AGAIN_MS = 3000;

export function StudyList({ open }: { readonly open: (study: string) => void }) {
  const [list, setList] = useState<readonly Listed[] | null>(null);
  const [trouble, setTrouble] = useState<Refused | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    void callJson<WireStudies>('/api/studies', { signal: abort.signal })
      .then(
        ({ studies }) => {
          setList(studies.toReversed());
          setTrouble(null);
        },
        (error: unknown) => error instanceof Refused && setTrouble(error),
      )
      // A slow answer is waited for: the next is asked for some seconds after it.
      .then(() => {
        if (!abort.signal.aborted) timer = setTimeout(() => setRound(round + 1), AGAIN_MS);
      });
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [round]);
  return (
    <section className="pad">
      <h1>Studies</h1>
      {trouble !== null && (
        <p className="banner" role="alert">
          {trouble.message}
        </p>
      )}
      {trouble?.status === 401 && <TokenForm done={() => setRound(round + 1)} />}
      {list?.length === 0 && (
        <p>
          There are no studies yet. <code>attune run FILE</code> makes one.
        </p>
      )}
      {list !== null && list.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label="Studies">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Study</th>
                <th scope="col">Objective</th>
                <th scope="col">Sampler, pruner</th>
                <th scope="col" className="number">
                  Events
                </th>
                <th scope="col">Created</th>
              </tr>
            </thead>
            <tbody>
              {list.map(({ name, createdAt, events, objectives, sampler, pruner }) => (
                <tr key={name}>
                  <th scope="row">
                    <a
                      href={`/study/${encodeURIComponent(name)}/overview`}
                      onClick={(event) => {
                        if (event.metaKey || event.ctrlKey) return;
                        event.preventDefault();
                        open(name);
                      }}
                    >
                      {name}
                    </a>
                  </th>
                  <td>
                    {Object.entries(objectives)
                      .map(([objective, direction]) => `${direction} ${objective}`)
                      .join(', ')}
                  </td>
                  <td>
                    {sampler}, {pruner}
                  </td>
                  <td className="number">{groupedNumber(events)}</td>
                  <td>{localTime(Date.parse(createdAt))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
