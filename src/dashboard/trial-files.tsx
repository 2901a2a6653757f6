/** What a trial wrote to its folder: charts of what it came to, its log, live while it runs, and all files to be saved. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { TRIAL_FILES, type ThemeName, type TrialFileKind } from '#plots';
import { byteSize } from '#text';
import { call, callJson } from './client.ts';
import { plainText } from './plain-text.ts';
import { save } from './save.ts';

interface Listed {
  readonly name: string;
  readonly bytes: number;
}

const TrialChart = lazy(() => import('./trial-chart.tsx'));
const CHARTS = Object.entries(TRIAL_FILES) as [TrialFileKind, string][];

const AGAIN_MS = 2000;
/** Of a log the last so many bytes are shown. */
const TAIL = 64_000;

interface TrialFilesProps {
  readonly path: string;
  readonly live: boolean;
  /** Of files with charts. */
  readonly name: string;
  readonly theme: ThemeName;
}

export function TrialFiles({ path, live, name, theme }: TrialFilesProps) {
  const [files, setFiles] = useState<readonly Listed[]>([]);
  const [logs, setLogs] = useState<Readonly<Record<string, string>>>({});
  const [charts, setCharts] = useState<readonly (readonly [TrialFileKind, string])[]>([]);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const look = async (): Promise<void> => {
      const { files: listed } = await callJson<{ files: Listed[] }>(`${path}/files`, { signal: abort.signal });
      setFiles(listed);
      const textOf = async (name: string, from: number): Promise<string> => {
        const response = await call(`${path}/files/${encodeURIComponent(name)}?from=${from}`, { signal: abort.signal });
        return response.text();
      };
      const read: Record<string, string> = {};
      for (const { name } of listed.filter((file) => file.name.endsWith('.log')))
        read[name] = plainText(await textOf(name, -TAIL));
      setLogs(read);
      const found: [TrialFileKind, string][] = [];
      for (const [kind, file] of CHARTS)
        if (listed.some(({ name }) => name === file)) found.push([kind, await textOf(file, 0)]);
      setCharts(found);
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    void look()
      // The banner tells of a server that is away.
      .catch(() => undefined)
      .then(() => {
        if (live && !abort.signal.aborted) timer = setTimeout(() => setRound(round + 1), AGAIN_MS);
      });
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, live, round]);
  const fetchFile = async (file: string, bytes: number): Promise<void> => {
    const parts: BlobPart[] = [];
    for (let from = 0; from < bytes;) {
      const response = await call(`${path}/files/${encodeURIComponent(file)}?from=${from}`);
      const part = await response.arrayBuffer();
      if (part.byteLength === 0) break;
      parts.push(part);
      from += part.byteLength;
    }
    save(file.replace(/^.*\//, ''), await new Blob(parts).arrayBuffer(), 'application/octet-stream');
  };
  if (files.length === 0) return null;
  return (
    <>
      {charts.length > 0 && (
        <Suspense fallback={<p className="quiet">Loading …</p>}>
          <div className="trial-charts">
            {charts.map(([kind, text]) => (
              <TrialChart key={kind} kind={kind} text={text} name={name} theme={theme} />
            ))}
          </div>
        </Suspense>
      )}
      <h2>Files</h2>
      <ul className="files">
        {files.map(({ name, bytes }) => (
          <li key={name}>
            <button type="button" onClick={() => void fetchFile(name, bytes)}>
              {name}
            </button>{' '}
            <span className="quiet">{byteSize(bytes)}</span>
          </li>
        ))}
      </ul>
      {Object.entries(logs).map(([name, text]) =>
        text === '' ? null : (
          <section key={name}>
            <h3>{name}</h3>
            <pre className="text" tabIndex={0} aria-label={name}>
              {text}
            </pre>
          </section>
        ),
      )}
    </>
  );
}
