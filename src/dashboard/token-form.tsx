/** Where the token is typed that `attune dashboard` printed. */
import { useState } from 'react';
import { setToken } from './client.ts';

export function TokenForm({ done }: { readonly done: () => void }) {
  const [text, setText] = useState('');
  return (
    <form
      className="line"
      onSubmit={(event) => {
        event.preventDefault();
        setToken(text.trim());
        done();
      }}
    >
      <label>
        Token that the server printed{' '}
        <input type="password" value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" />
      </label>
      <button type="submit" disabled={text.trim() === ''}>
        Use it
      </button>
    </form>
  );
}
