/**
 * Text with parameters in it: `train.py --lr {learningRate}`. `{path}` stands for a parameter's value, `{{` for a brace; an inactive path is an empty string.
 *
 * A value can never be taken for anything but itself. A command is cut into words once, before any value is there; a value replaces a piece of one word, and
 * the words go to the program without a shell. With `shell: true` the shell sees `"${ATTUNE_VALUE_0}"` and finds the value in its environment: what a
 * variable holds is never read as code, whatever quotes stand around it.
 */
import { TuneError } from '#math';
import type { Flat } from '#space';

/** A piece of text, or the path of a parameter. */
export type Piece = string | { readonly path: string };
export type Template = readonly Piece[];

export type CommandTemplate =
  | { readonly kind: 'words'; readonly words: readonly Template[] }
  | { readonly kind: 'shell'; readonly script: string; readonly paths: readonly string[] };

const refuse = (sentence: string): TuneError => new TuneError('template', sentence);

/** What stands at `at`, which is a `{`: a brace, or a parameter. */
function braceAt(text: string, at: number): { readonly piece: Piece; readonly next: number } {
  if (text[at + 1] === '{') return { piece: '{', next: at + 2 };
  const end = text.indexOf('}', at);
  if (end < 0)
    throw refuse(`"${text.slice(at, at + 20)}" opens a brace that is not closed; write {{ for a brace itself.`);
  return { piece: { path: text.slice(at + 1, end) }, next: end + 1 };
}

/** Adds a piece; neighbouring texts become one. */
function push(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1);
  if (typeof piece === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + piece;
  else if (piece !== '') pieces.push(piece);
}

export function parseTemplate(text: string): Template {
  const pieces: Piece[] = [];
  for (let i = 0; i < text.length;) {
    if (text[i] === '{') {
      const { piece, next } = braceAt(text, i);
      push(pieces, piece);
      i = next;
    } else push(pieces, text[i++] ?? '');
  }
  return pieces;
}

/**
 * Cuts a command into words as a POSIX shell quotes: blanks part words, '…' keeps all, "…" keeps all but \" and \\, \ keeps the next character.
 * Nothing is expanded: `$HOME`, `*`, `|` and `>` are plain text, which is refused where a shell was surely meant.
 */
export function splitCommand(text: string): readonly Template[] {
  const words: Piece[][] = [];
  let word: Piece[] | null = null;
  let quote: "'" | '"' | null = null;
  for (let i = 0; i < text.length;) {
    const c = text[i] ?? '';
    const next = text[i + 1] ?? '';
    if (c === '{') {
      const brace = braceAt(text, i);
      push((word ??= []), brace.piece);
      i = brace.next;
      continue;
    }
    if (quote !== null) {
      if (c === quote) quote = null;
      else if (quote === '"' && c === '\\' && (next === '"' || next === '\\')) {
        push((word ??= []), next);
        i++;
      } else push((word ??= []), c);
    } else if (c === "'" || c === '"') {
      quote = c;
      word ??= [];
    } else if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (c === '\\') {
      if (next === '') throw refuse('the command ends with a backslash that keeps nothing.');
      push((word ??= []), next);
      i++;
    } else if ('|&;<>`'.includes(c) || (c === '$' && /[\w({]/.test(next)))
      throw refuse(
        `"${c}" means nothing without a shell; add "shell: true" if a shell is to read the command, or put quotes around it.`,
      );
    else push((word ??= []), c);
    i++;
  }
  if (quote !== null) throw refuse(`the command has a quote ${quote} that is not closed.`);
  if (word !== null) words.push(word);
  return words;
}

/** The script with every parameter as a variable, in quotes that fit those around it. */
export function shellTemplate(text: string): CommandTemplate {
  const paths: string[] = [];
  let script = '';
  let quote: "'" | '"' | null = null;
  for (let i = 0; i < text.length;) {
    const c = text[i] ?? '';
    if (c === '{' && !(text[i - 1] === '$' && quote !== "'")) {
      const { piece, next } = braceAt(text, i);
      i = next;
      if (typeof piece === 'string') script += piece;
      else {
        let index = paths.indexOf(piece.path);
        if (index < 0) index = paths.push(piece.path) - 1;
        const variable = `\${${variableName(index)}}`;
        script += quote === null ? `"${variable}"` : quote === '"' ? variable : `'"${variable}"'`;
      }
      continue;
    }
    if (c === '\\' && quote !== "'") {
      script += text.slice(i, i + 2);
      i += 2;
      continue;
    }
    if (quote === c) quote = null;
    else if (quote === null && (c === "'" || c === '"')) quote = c;
    script += c;
    i++;
  }
  return { kind: 'shell', script, paths };
}

const variableName = (index: number): string => `ATTUNE_VALUE_${index}`;

/** The paths a template names. */
export const pathsOf = (template: Template): string[] =>
  template.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.path]));

/** The text for these values. */
export const fill = (template: Template, values: Flat): string =>
  template.map((piece) => (typeof piece === 'string' ? piece : valueText(piece.path, values))).join('');

export interface FilledCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Variables the command needs; empty without a shell. */
  readonly env: Readonly<Record<string, string>>;
}

export function fillCommand(command: CommandTemplate, values: Flat): FilledCommand {
  if (command.kind === 'shell') {
    const env = command.paths.map((path, i) => [variableName(i), valueText(path, values)] as const);
    return { program: '/bin/sh', args: ['-c', command.script], env: Object.fromEntries(env) };
  }
  const [program = '', ...args] = command.words.map((word) => fill(word, values));
  return { program, args, env: {} };
}

function valueText(path: string, values: Flat): string {
  const value = values[path];
  const text = value === undefined ? '' : String(value);
  if (text.includes('\0'))
    throw new TuneError(
      'template',
      `the value of "${path}" holds a NUL character, which no command can be given; the JSON of ATTUNE_TRIAL can carry it.`,
      { path },
    );
  return text;
}
