import { expect, it } from 'vitest';
import { displayWidth } from './screen.ts';
import { plainScreen } from './fixtures/plain-screen.ts';
import { renderTable } from './table.ts';

const columns = [
  { head: 'trial', align: 'right' as const },
  { head: 'learningRate', short: 'LR', align: 'right' as const },
  { head: 'label' },
  { head: 'time', optional: true },
];
const rows = [
  ['0', '0.001', '数字', '1.0 s'],
  ['12', '0.01', 'cat', '2.0 s'],
];
const at = (width: number): string[] => renderTable(columns, rows, plainScreen({ width })).split('\n');

it('a table has aligned columns, also with wide characters, and no blanks at line ends', () => {
  expect(at(Infinity)).toEqual([
    'trial  learningRate  label  time',
    '─────  ────────────  ─────  ─────',
    '    0         0.001  数字   1.0 s',
    '   12          0.01  cat    2.0 s',
  ]);
});

it('a table that is too wide takes short heads, then leaves columns out, then becomes blocks', () => {
  expect(at(30)[0]).toBe('trial     LR  label  time');
  expect(at(20)[0]).toBe('trial     LR  label');
  expect(at(18)).toEqual([
    'trial      0',
    'learning…  0.001',
    'label      数字',
    'time       1.0 s',
    '──────────────────',
    'trial      12',
    'learning…  0.01',
    'label      cat',
    'time       2.0 s',
  ]);
  for (let width = 6; width < 60; width++) {
    for (const line of at(width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  }
});
