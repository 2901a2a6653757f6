import { pruners } from '#pruners';
import { samplers } from '#samplers';
import { PRUNERS, SAMPLERS } from './flags.ts';
import { expect, it } from 'vitest';
import { nonEmpty, oneOf, positiveInteger, positiveSeconds, seedNumber, sizeBytes } from './options.ts';

it('a count must be a whole number of at least 1, in plain notation', () => {
  const parse = positiveInteger('--parallel');
  expect([parse('1'), parse('12'), parse('1e3')]).toEqual([1, 12, 1000]);
  for (const text of ['0', '-1', '1.5', 'x', '', ' ', 'NaN', 'Infinity', '0x10', '9007199254740993']) {
    expect(() => parse(text)).toThrow(`--parallel wants a whole number ≥ 1; got "${text}".`);
  }
});

it('a seed may be 0 and must fit a double exactly', () => {
  const parse = seedNumber('--seed');
  expect([parse('0'), parse('9007199254740991')]).toEqual([0, 9007199254740991]);
  expect(() => parse('-1')).toThrow('--seed wants a whole number from 0');
});

it('a time may be a fraction of a second but not zero', () => {
  const parse = positiveSeconds('--timeout');
  expect([parse('0.5'), parse('90')]).toEqual([0.5, 90]);
  expect(() => parse('0')).toThrow('--timeout wants a number of seconds > 0; got "0".');
  expect(() => parse('10s')).toThrow('got "10s"');
});

it('texts may not be empty and words must be known', () => {
  expect(() => nonEmpty('--study')('')).toThrow('--study got an empty text.');
  expect(() => oneOf('--format', ['csv', 'json'])('xml')).toThrow('--format wants csv or json; got "xml".');
});

it('a size is a number above 0 with its unit', () => {
  const parse = sizeBytes('--max-disk');
  expect([parse('500MB'), parse('2 gb'), parse('1.5GiB')]).toEqual([500e6, 2e9, 1.5 * 2 ** 30]);
  for (const text of ['', '5', 'GB', '-1GB', '0MB', '1.2.3MB', '5 stones'])
    expect(() => parse(text)).toThrow(`--max-disk wants a size such as 500MB or 2GB; got "${text}".`);
});

it('the help names every sampler and pruner there is', () => {
  expect([...SAMPLERS].sort()).toEqual(Object.keys(samplers).sort());
  expect([...PRUNERS].sort()).toEqual(Object.keys(pruners).sort());
});
