import { expect, test } from 'vitest';
import { PAGES, PALETTE, POINT_SCALE, STATE_COLORS, themed } from './theme.ts';

/** Relative luminance and contrast by WCAG 2.2. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const mix = (t: number): string => {
  const channel = (hex: string, at: number): number => parseInt(hex.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) =>
    Math.round((1 - t) * channel(POINT_SCALE[0], at) + t * channel(POINT_SCALE[1], at)),
  );
  return `#${mixed.map((c) => c.toString(16).padStart(2, '0')).join('')}`;
};

test.each(Object.entries(PAGES))('on the %s page text has a contrast of 7:1 and every mark 3:1', (_, page) => {
  expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 6); // the definition's extreme
  expect(contrast(page.text, page.background)).toBeGreaterThan(7);
  const scale = Array.from({ length: 11 }, (__, i) => mix(i / 10));
  for (const color of [...PALETTE, ...Object.values(STATE_COLORS), ...scale]) {
    expect(contrast(color, page.background), color).toBeGreaterThan(3);
  }
});

test('the colours of the page go to every axis of a list, and what the plot says itself stays', () => {
  const { xAxis, backgroundColor, legend } = themed(
    { xAxis: [{ name: 'a', axisLabel: { rotate: 30 } }, { name: 'b' }] },
    'dark',
  );
  expect(xAxis).toMatchObject([
    { name: 'a', axisLabel: { rotate: 30, color: PAGES.dark.text } },
    { name: 'b', axisLabel: { color: PAGES.dark.text } },
  ]);
  expect(backgroundColor).toBe(PAGES.dark.background);
  expect(legend).toBeUndefined();
});
