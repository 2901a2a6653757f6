/**
 * Parsers of option values: each names its flag, what it wants and what it got.
 */
import { usage } from './failure.ts';

// Number('') is 0 and Number('0x10') is 16: only plain decimal notation is meant here.
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function wholeNumber(flag: string, low: number, wants: string): (text: string) => number {
  return (text) => {
    const value = DECIMAL.test(text.trim()) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value) || value < low)
      throw usage(`${flag} wants ${wants}; got "${text}".`, { flag, text });
    return value;
  };
}

/** A whole number ≥ 1: trials, workers, epochs. */
export const positiveInteger = (flag: string): ((text: string) => number) => wholeNumber(flag, 1, 'a whole number ≥ 1');

/** A whole number ≥ 0 that a double holds exactly: seeds. */
export const seedNumber = (flag: string): ((text: string) => number) =>
  wholeNumber(flag, 0, 'a whole number from 0 to 9007199254740991');

/** A whole number ≥ 0. */
export const trialNumber = (flag: string): ((text: string) => number) =>
  wholeNumber(flag, 0, 'the number of a trial, from 0 on');

/** 0 (a free one) to 65535. */
export function portNumber(flag: string): (text: string) => number {
  const read = wholeNumber(flag, 0, 'a port from 0 to 65535');
  return (text) => {
    const port = read(text);
    if (port > 65_535) throw usage(`${flag} wants a port from 0 to 65535; got "${text}".`, { flag, text });
    return port;
  };
}

/** A finite number > 0: seconds. */
export function positiveSeconds(flag: string): (text: string) => number {
  return (text) => {
    const value = DECIMAL.test(text.trim()) ? Number(text) : NaN;
    if (!Number.isFinite(value) || value <= 0) {
      throw usage(`${flag} wants a number of seconds > 0; got "${text}".`, { flag, text });
    }
    return value;
  };
}

const UNITS: Readonly<Record<string, number>> = {
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** A number of bytes with its unit: `500MB`, `1.5 GiB`. */
export function sizeBytes(flag: string): (text: string) => number {
  return (text) => {
    const [, digits = '', unit = ''] = /^\s*([\d.]+)\s*([a-z]+)\s*$/i.exec(text) ?? [];
    const bytes = (DECIMAL.test(digits) ? Number(digits) : NaN) * (UNITS[unit.toUpperCase()] ?? NaN);
    if (!(bytes > 0)) throw usage(`${flag} wants a size such as 500MB or 2GB; got "${text}".`, { flag, text });
    return bytes;
  };
}

/** Text that is not empty: names, paths, addresses (an unset shell variable gives ''). */
export function nonEmpty(flag: string): (text: string) => string {
  return (text) => {
    if (text.trim() === '') throw usage(`${flag} got an empty text.`, { flag });
    return text;
  };
}

/** Names between commas: `grid,random`. */
export function nameList(flag: string): (text: string) => string[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    if (names.includes(''))
      throw usage(`${flag} wants names between commas, as grid,random; got "${text}".`, { flag, text });
    return names;
  };
}

/** `path=value`, once for each path: what was given before and this one. */
export function assignments(
  flag: string,
): (text: string, before: Readonly<Record<string, string>> | undefined) => Record<string, string> {
  return (text, before = {}) => {
    const at = text.indexOf('=');
    const path = text.slice(0, Math.max(0, at)).trim();
    if (path === '')
      throw usage(`${flag} wants path=value, as optimizer.sgd.momentum=0.9; got "${text}".`, { flag, text });
    if (Object.hasOwn(before, path)) throw usage(`${flag} holds "${path}" at two values; give one.`, { flag, path });
    return { ...before, [path]: text.slice(at + 1) };
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(flag: string, words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((known) => known === text);
    if (word === undefined) throw usage(`${flag} wants ${words.join(' or ')}; got "${text}".`, { flag, text, words });
    return word;
  };
}
