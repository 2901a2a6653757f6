import { describe, expect, it } from 'vitest';
import {
  byteSize,
  clock,
  count,
  duration,
  escapeMarkup,
  groupedNumber,
  metricNumber,
  paramsText,
  shortNumber,
  shortParamsText,
} from './index.ts';

describe('numbers', () => {
  it('are written in full when whole, else with five significant digits', () => {
    expect([32, 123456789, 0.001, 0.0012345678, 1e-7, -0.5].map(shortNumber)).toEqual([
      '32',
      '123456789',
      '0.001',
      '0.0012346',
      '1e-7',
      '-0.5',
    ]);
  });

  it('of measurements have four decimals, or an exponent where four decimals would say nothing', () => {
    expect([0.7325, 1, 0, 0.00012, 12345678, NaN, -Infinity].map(metricNumber)).toEqual([
      '0.7325',
      '1.0000',
      '0.0000',
      '1.200e-4',
      '1.235e+7',
      'NaN',
      '-Infinity',
    ]);
  });

  it('are grouped by thousands', () => {
    expect([0, 999, 5230.4, 1234567].map(groupedNumber)).toEqual(['0', '999', '5,230', '1,234,567']);
  });
});

describe('durations', () => {
  it('on a clock grow from minutes to hours and never below zero', () => {
    expect([-3, 0, 59.6, 754, 11109].map(clock)).toEqual(['0:00', '0:00', '1:00', '12:34', '3:05:09']);
  });

  it('in sentences never show 60 seconds or 60 minutes', () => {
    expect([0.44, 59.94, 59.96, 119.6, 3599.4, 3599.6, 7620].map(duration)).toEqual([
      '0.4 s',
      '59.9 s',
      '1 min 00 s',
      '2 min 00 s',
      '59 min 59 s',
      '1 h 00 min',
      '2 h 07 min',
    ]);
  });
});

it('counts agree with their noun', () => {
  expect([count(0, 'trial'), count(1, 'trial'), count(2, 'trial'), count(1200, 'class', 'classes')]).toEqual([
    '0 trials',
    '1 trial',
    '2 trials',
    '1,200 classes',
  ]);
});

it('bytes are shown in decimal units', () => {
  expect([0, 999, 1000, 170_498_071, 2_500_000_000].map(byteSize)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '170 MB',
    '2.5 GB',
  ]);
});

it('nested parameters are named by path in full text and by their last name in short text', () => {
  const params = { learningRate: 0.001, optimizer: { kind: 'sgd', momentum: 0.9 } };
  expect(paramsText(params)).toBe('learningRate=0.001 optimizer=sgd optimizer.sgd.momentum=0.9');
  expect(shortParamsText(params)).toBe('LR=0.001 optimizer=sgd momentum=0.9');
});

it('text in markup is text: no tag, no quote that ends an attribute, no character that XML forbids', () => {
  expect(escapeMarkup(`<a b="c" d='e'>&amp;`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;');
  // Escape, null and halves of a pair are no characters of XML 1.0 (§2.2); tab, line feed and a whole pair are.
  expect(escapeMarkup('\u001b[31m\u0000 \ud83d|\ude00|\ufffe \t\n😀')).toBe('�[31m� �|�|� \t\n😀');
});
