/**
 * The process's output streams: lines for people, filtered to what the terminal's encoding can show, and what happens when the reader goes away.
 */
import { EXIT } from './failure.ts';
import { screenOf, speaksUnicode, toAscii } from './screen.ts';
import type { Screen } from './screen.ts';

/** Text for people on a stream. JSON and exported files go around this: data is never respelled. */
export const respell = (text: string): string => (speaksUnicode(process.env, process.platform) ? text : toAscii(text));

export const writeLine = (text: string): boolean => process.stdout.write(`${respell(text)}\n`);
export const writeNote = (text: string): boolean => process.stderr.write(`${respell(text)}\n`);

/** The one sentence of a failed command. */
export function writeError(sentence: string): void {
  const { colors } = screenOf(process.stderr);
  writeNote(`${colors.red('attune:')} ${sentence}`);
}

export const writeJson = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);

export const stdoutScreen = (): Screen => screenOf(process.stdout);

let closed: (() => void) | undefined;

/** Says what to do when the reader of stdout or stderr is gone; a later call replaces the earlier answer. */
export function onClosedOutput(action: () => void): void {
  if (closed === undefined) {
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // EPIPE: the pipe's reader ended; EIO: the terminal is gone. Anything else (a full disk) is a failure to be told.
        if (error.code !== 'EPIPE' && error.code !== 'EIO' && error.code !== 'ERR_STREAM_DESTROYED') {
          if (stream === process.stdout) writeError(`The output cannot be written: ${error.message}.`);
          process.exit(EXIT.failed);
        }
        closed?.();
      });
    }
  }
  closed = action;
}
