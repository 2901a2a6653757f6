/** What the keys do and how filters are written, in a dialog. */
import { useEffect, useRef } from 'react';

export function Help({ close }: { readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="help-title">
      <h2 id="help-title">Keys and filters</h2>
      <dl className="keys">
        <dt>Tab</dt>
        <dd>from control to control; the first one skips to the content</dd>
        <dt>← →</dt>
        <dd>from view to view, on the tabs</dd>
        <dt>↑ ↓ Page Home End</dt>
        <dd>from row to row, in the table of trials</dd>
        <dt>Space</dt>
        <dd>selects the row, for the charts and for comparing</dd>
        <dt>Enter</dt>
        <dd>opens the trial</dd>
        <dt>?</dt>
        <dd>this help</dd>
      </dl>
      <p>
        A filter compares columns with values and joins them by <code>and</code>, <code>or</code>, <code>not</code> and
        brackets: <code>lr &lt; 1e-3 and state = pruned</code>, <code>optimizer.sgd.momentum &gt;= 0.9</code>,{' '}
        <code>not (state = failed or epochs &lt; 5)</code>. A part of a text is found by <code>~</code>:{' '}
        <code>note ~ baseline</code>.
      </p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
