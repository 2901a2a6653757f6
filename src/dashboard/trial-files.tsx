/** What a trial wrote to its folder: its log, live while it runs, and its other files to be saved. */
import { useEffect, useState } from 'react';
import { byteSize } from '#text';
import { call, callJson } from './client.ts';
import { plainText } from './plain-text.ts';
import { save } from './save.ts';

interface Listed {
  readonly name: string;
  readonly bytes: number;
}

const AGAIN_MS = 2000;
/** Of a log the last so many bytes are shown. */
const TAIL = 64_000;

export function TrialFiles({ path, live }: { readonly path: string; readonly live: boolean }) {
  const [files, setFiles] = useState<readonly Listed[]>([]);
  const [logs, setLogs] = useState<Readonly<Record<string, string>>>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const look = async (): Promise<void> => {
      const { files: listed } = await callJson<{ files: Listed[] }>(`${path}/files`, { signal: abort.signal });
      setFiles(listed);
      const read: Record<string, string> = {};
      for (const { name } of listed.filter((file) => file.name.endsWith('.log'))) {
        const response = await call(`${path}/files/${encodeURIComponent(name)}?from=-${TAIL}`, {
          signal: abort.signal,
        });
        read[name] = plainText(await response.text());
      }
      setLogs(read);
    };
    // The banner tells of a server that is away.
    look().catch(() => undefined);
    const timer = live ? setTimeout(() => setRound(round + 1), AGAIN_MS) : undefined;
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, live, round]);
  const fetchFile = async (name: string, bytes: number): Promise<void> => {
    const parts: BlobPart[] = [];
    for (let from = 0; from < bytes;) {
      const response = await call(`${path}/files/${encodeURIComponent(name)}?from=${from}`);
      const part = await response.arrayBuffer();
      if (part.byteLength === 0) break;
      parts.push(part);
      from += part.byteLength;
    }
    save(name.replace(/^.*\//, ''), await new Blob(parts).arrayBuffer(), 'application/octet-stream');
  };
  if (files.length === 0) return null;
  return (
    <>
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
