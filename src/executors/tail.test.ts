import { expect, test } from 'vitest';
import { createTail } from './tail.ts';

test('keeps the last bytes over any cutting into chunks', () => {
  const text = Array.from({ length: 1000 }, (_, i) => String(i)).join(' ');
  for (const size of [1, 7, 100, 5000]) {
    const tail = createTail(50);
    for (let i = 0; i < text.length; i += size) tail.push(Buffer.from(text.slice(i, i + size)));
    expect(tail.text()).toBe(text.slice(-50));
  }
});

test('does not begin inside a character', () => {
  const tail = createTail(4);
  tail.push(Buffer.from('ñññ')); // two bytes each: the last 4 are two characters
  tail.push(Buffer.from('x'));
  expect(tail.text()).toBe('ñx');
});
