/**
 * Filters of trials, as people type them: `lr < 1e-3 and state = pruned`.
 *
 *   or     = and { "or" and }          and = not { "and" not }        not = "not" not | "(" or ")" | comparison
 *   comparison = column ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~") value
 *
 * A column goes by its id, or by the end of it where only one ends so (`momentum` for `optimizer.sgd.momentum`). Values are numbers, words, or texts in
 * quotes; `~` finds a part of a text in any case; `= none` and `!= none` ask whether there is a value. Otherwise a trial without a value fits nothing but `!=`.
 * Cost: O(tokens) to read, O(comparisons) a trial.
 */
import type { TrialRecord } from '#core';
import { didYouMean } from '#math';
import type { Cell, Column } from './columns.ts';

export type Test = (trial: TrialRecord) => boolean;

/** The test, or what is wrong with the text in one sentence. */
export type Filter = { readonly test: Test } | { readonly error: string };

interface Token {
  readonly kind: 'word' | 'text' | 'operator' | 'bracket';
  readonly text: string;
}

const PATTERN = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(<=|>=|!=|==|=|<|>|~)|([()])|([^\s()<>=!~"']+))/y;

/** Thrown and caught within this file. */
class Wrong extends Error {}

export function parseFilter(text: string, columns: readonly Column[]): Filter {
  if (text.trim() === '') return { test: () => true };
  try {
    const tokens = tokensOf(text);
    const { test, next } = parseOr(tokens, 0, columns);
    const rest = tokens[next];
    if (rest !== undefined) throw new Wrong(`"${rest.text}" was not expected here; join comparisons by "and" or "or".`);
    return { test };
  } catch (error) {
    if (error instanceof Wrong) return { error: error.message };
    throw error;
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (text.slice(PATTERN.lastIndex).trim() !== '') {
    const from = PATTERN.lastIndex;
    const match = PATTERN.exec(text);
    if (match === null) throw new Wrong(`"${text.slice(from).trim()}" cannot be read; a quote may be missing.`);
    const [, double, single, operator, bracket, word] = match;
    const quoted = double ?? single;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1') });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator === '==' ? '=' : operator });
    else if (bracket !== undefined) tokens.push({ kind: 'bracket', text: bracket });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
  }
  return tokens;
}

interface Parsed {
  readonly test: Test;
  readonly next: number;
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text.toLowerCase() === word;

function parseOr(tokens: readonly Token[], at: number, columns: readonly Column[]): Parsed {
  let { test, next } = parseAnd(tokens, at, columns);
  while (isWord(tokens[next], 'or')) {
    const [left, right] = [test, parseAnd(tokens, next + 1, columns)];
    test = (trial) => left(trial) || right.test(trial);
    next = right.next;
  }
  return { test, next };
}

function parseAnd(tokens: readonly Token[], at: number, columns: readonly Column[]): Parsed {
  let { test, next } = parseNot(tokens, at, columns);
  while (isWord(tokens[next], 'and')) {
    const [left, right] = [test, parseNot(tokens, next + 1, columns)];
    test = (trial) => left(trial) && right.test(trial);
    next = right.next;
  }
  return { test, next };
}

function parseNot(tokens: readonly Token[], at: number, columns: readonly Column[]): Parsed {
  const token = tokens[at];
  if (isWord(token, 'not')) {
    const { test, next } = parseNot(tokens, at + 1, columns);
    return { test: (trial) => !test(trial), next };
  }
  if (token?.text === '(' && token.kind === 'bracket') {
    const { test, next } = parseOr(tokens, at + 1, columns);
    if (tokens[next]?.text !== ')') throw new Wrong('A bracket is not closed.');
    return { test, next: next + 1 };
  }
  return comparison(tokens, at, columns);
}

function comparison(tokens: readonly Token[], at: number, columns: readonly Column[]): Parsed {
  const [name, operator, value] = tokens.slice(at, at + 3);
  if (name === undefined || name.kind === 'operator' || name.kind === 'bracket')
    throw new Wrong('A comparison is missing, as state = pruned.');
  const { of } = columnNamed(name.text, columns);
  if (operator?.kind !== 'operator')
    throw new Wrong(`After "${name.text}" comes one of = != < <= > >= ~ and a value, as ${name.text} = 1.`);
  if (value === undefined || value.kind === 'operator' || value.kind === 'bracket')
    throw new Wrong(`A value is missing after "${name.text} ${operator.text}".`);
  return { test: testOf(of, operator.text, value), next: at + 3 };
}

function columnNamed(name: string, columns: readonly Column[]): Column {
  const exact = columns.find(({ id }) => id === name);
  if (exact !== undefined) return exact;
  const ending = columns.filter(({ id }) => id.endsWith(`.${name}`));
  if (ending.length === 1 && ending[0] !== undefined) return ending[0];
  if (ending.length > 1)
    throw new Wrong(`"${name}" may be ${ending.map(({ id }) => `"${id}"`).join(' or ')}; write the whole name.`);
  throw new Wrong(
    `There is no column "${name}"; ${didYouMean(
      name,
      columns.map(({ id }) => id),
    )}`.trim(),
  );
}

function testOf(of: (trial: TrialRecord) => Cell, operator: string, { kind, text }: Token): Test {
  if (kind === 'word' && text === 'none' && (operator === '=' || operator === '!='))
    return (trial) => (of(trial) === null) === (operator === '=');
  const number = kind === 'word' && text !== '' ? Number(text) : NaN;
  const compares = !Number.isNaN(number) || text === 'NaN';
  const part = text.toLowerCase();
  switch (operator) {
    case '=':
      return (trial) => equal(of(trial), text, number);
    case '!=':
      return (trial) => !equal(of(trial), text, number);
    case '~':
      return (trial) =>
        String(of(trial) ?? '')
          .toLowerCase()
          .includes(part);
    default:
      if (!compares) throw new Wrong(`"${operator}" compares numbers; "${text}" is none.`);
  }
  const fits: (cell: number) => boolean =
    operator === '<'
      ? (cell) => cell < number
      : operator === '<='
        ? (cell) => cell <= number
        : operator === '>'
          ? (cell) => cell > number
          : (cell) => cell >= number;
  return (trial) => {
    const cell = of(trial);
    return typeof cell === 'number' && fits(cell);
  };
}

const equal = (cell: Cell, text: string, number: number): boolean =>
  typeof cell === 'number' ? Object.is(cell, number) || cell === number : cell === text;
