import { describe, expect, it } from 'vitest';
import { bar, displayWidth, fitLine, padEnd, speaksUnicode, toAscii, truncate } from './screen.ts';
import { plainScreen } from './fixtures/plain-screen.ts';

const { glyphs } = plainScreen();

describe('display width', () => {
  it('counts East Asian wide characters twice, combining marks and escape codes not at all', () => {
    expect(['abc', '数字', 'e\u0301', '\u001b[31mred\u001b[39m', '🙂', ''].map(displayWidth)).toEqual([
      3, 4, 1, 3, 2, 0,
    ]);
  });

  it('is kept by truncation, also when the cut falls inside a wide character', () => {
    expect(truncate('learningRate', 8, glyphs)).toBe('learnin…');
    expect(truncate('数字识别', 6, glyphs)).toBe('数字…'); // 数字识 would need 6 columns beside the ellipsis
    expect(truncate('short', 5, glyphs)).toBe('short');
    expect(truncate('short', 0, glyphs)).toBe('');
  });

  it('is what padding fills up', () => {
    expect(padEnd('数字', 6)).toBe('数字  ');
  });
});

describe('a status line', () => {
  const pieces = [
    { text: '#3', rank: 0 },
    { text: 'LR=0.001', rank: 2 },
    { text: 'epoch 3/10', rank: 1 },
    { text: '0:12 left', rank: 3 },
    { text: '', rank: 0 },
  ];

  it('keeps all pieces in a pipe', () => {
    expect(fitLine(pieces, plainScreen())).toBe('#3  LR=0.001  epoch 3/10  0:12 left');
  });

  it('drops the least important pieces first and never exceeds the width', () => {
    const at = (width: number): string => fitLine(pieces, plainScreen({ width }));
    expect(at(34)).toBe('#3  LR=0.001  epoch 3/10');
    expect(at(20)).toBe('#3  epoch 3/10');
    expect(at(10)).toBe('#3');
    for (let width = 1; width < 60; width++) expect(displayWidth(at(width))).toBeLessThanOrEqual(width);
  });

  it('styles what is left after cutting, so escape codes are never cut', () => {
    const red = (text: string): string => `<${text}>`;
    expect(fitLine([{ text: 'important', rank: 0, style: red }], plainScreen({ width: 5 }))).toBe('<impo…>');
  });
});

it('a bar is always as wide as asked', () => {
  expect([-1, 0, 0.5, 1, 2].map((fraction) => bar(fraction, 4, glyphs))).toEqual([
    '░░░░',
    '░░░░',
    '██░░',
    '████',
    '████',
  ]);
});

describe('encoding', () => {
  it('is UTF-8 when the first of LC_ALL, LC_CTYPE, LANG that is set says so', () => {
    expect(speaksUnicode({ LANG: 'en_US.UTF-8' }, 'linux')).toBe(true);
    expect(speaksUnicode({ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, 'linux')).toBe(false);
    expect(speaksUnicode({ LC_CTYPE: 'C.utf8' }, 'linux')).toBe(true);
    expect(speaksUnicode({}, 'linux')).toBe(false);
    expect(speaksUnicode({ LANG: 'en_US.UTF-8', TERM: 'linux' }, 'linux')).toBe(false);
  });

  it('without UTF-8 every sign of our sentences becomes ASCII', () => {
    expect(toAscii('wants ≥ 1 … got “0” — 3×3 → ≈ 9')).toBe('wants >= 1 ... got "0" - 3x3 -> ~ 9');
    expect(Object.values(plainScreen({ unicode: false }).glyphs).join('')).toMatch(/^[\x20-\x7e]+$/);
  });
});
