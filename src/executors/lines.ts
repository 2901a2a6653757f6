/** Cuts a stream of bytes into lines of text. A line longer than the limit is dropped whole: nobody means it, and it would fill the memory. */
import { StringDecoder } from 'node:string_decoder';

export interface Lines {
  push(chunk: Buffer): void;
  /** Hands out what stands behind the last newline. */
  end(): void;
}

export function createLines(onLine: (line: string) => void, limit = 1_000_000): Lines {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let tooLong = false;
  const finish = (line: string): void => {
    if (!tooLong && line.length <= limit) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    tooLong = false;
  };
  return {
    push(chunk) {
      const [first = '', ...more] = decoder.write(chunk).split('\n');
      rest += first;
      for (const next of more) {
        finish(rest);
        rest = next;
      }
      if (rest.length > limit) {
        tooLong = true;
        rest = '';
      }
    },
    end() {
      rest += decoder.end();
      if (rest !== '' || tooLong) finish(rest);
      rest = '';
    },
  };
}
