import { describe, expect, it } from 'vitest';
import { broadcastShapes, divideDim, numberDim, resolveDim, sizeOf } from './index.ts';

describe('symbolic dimensions', () => {
  it('multiply to one written form', () => {
    expect(sizeOf(['B', 3, 4])).toBe('12*B');
    expect(sizeOf(['T', 2, '3*B'])).toBe('6*B*T');
    expect(sizeOf([2, 3])).toBe(6);
    expect(sizeOf([])).toBe(1);
    expect(sizeOf(['B', 0])).toBe(0);
  });

  it('divide where it is exact, else not', () => {
    expect(divideDim('12*B', '4*B')).toBe(3);
    expect(divideDim('6*B*T', '2*T')).toBe('3*B');
    expect(divideDim('12*B', 5)).toBeNull();
    expect(divideDim(12, 'B')).toBeNull();
    expect(divideDim('B', 0)).toBeNull();
  });

  it('get their numbers when the symbols have values', () => {
    expect(resolveDim('2*B*T', { B: 3, T: 5 })).toBe(30);
  });

  it('broadcast with themselves and with 1 only', () => {
    expect(broadcastShapes(['B', 1, 3], [4, 1])).toEqual(['B', 4, 3]);
    expect(() => broadcastShapes(['B', 3], [2, 3])).toThrow(/\[B, 3\] and \[2, 3\] do not broadcast/);
  });

  it('are refused where a number is needed', () => {
    expect(() => numberDim('B', 'conv2d: the height')).toThrow(/conv2d: the height must be a fixed number; got B/);
  });
});
