/** A button that asks the server for a change: it waits for the answer and shows a refusal beside itself. Without a token it says where that comes from. */
import { useState, type ReactNode } from 'react';
import { callJson, hasToken } from './client.ts';

interface ActionProps {
  readonly path: string;
  readonly body: unknown;
  readonly children: ReactNode;
  readonly disabled?: boolean;
  readonly onDone?: (answer: unknown) => void;
}

export function Action({ path, body, children, disabled = false, onDone }: ActionProps) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const act = async (): Promise<void> => {
    setBusy(true);
    setRefusal(null);
    try {
      const answer = await callJson(path, { method: 'POST', body });
      onDone?.(answer);
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <span className="action">
      <button type="button" disabled={disabled || busy || !hasToken()} onClick={() => void act()}>
        {children}
      </button>
      {refusal !== null && (
        <span className="refusal" role="alert">
          {refusal}
        </span>
      )}
    </span>
  );
}

export function NeedsToken() {
  return hasToken() ? null : (
    <p className="quiet">
      You are only looking. To change things, open the second address that <code>attune dashboard</code> printed.
    </p>
  );
}
