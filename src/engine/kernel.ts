/**
 * Turns an elementwise rule into a function of WebAssembly that makes one pass over its arrays, four numbers at a time.
 * Binary format: WebAssembly Core Specification 2.0, chapter 5; vector instructions 5.4.8. Arithmetic is IEEE 754 float32, so the
 * results are the same on every machine. Cost: a load for each array, a store for each write, and the operations.
 *
 *   (func (param $bytes $numbers $array₀ … $write₀ … i32)
 *     load the numbers once, then for ($at = 0; $at < $bytes; $at += 16): load arrays, compute steps, store writes)
 */
import type { Operation, Rule, Value } from './elementwise.ts';

/** Arrays must start at multiples of this and have room up to a multiple of it. */
export const ALIGNMENT = 16;

const I32 = 0x7f;
const V128 = 0x7b;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const I32_ADD = 0x6a;
const END = 0x0b;
const vector = (code: number): number[] => [0xfd, ...unsigned(code)];
const LOAD = [...vector(0x00), 4, 0]; // Aligned to 2⁴ bytes, offset 0.
const STORE = [...vector(0x0b), 4, 0];
const OPERATION: Record<Operation, number[]> = {
  Abs: vector(0xe0),
  Neg: vector(0xe1),
  Sqrt: vector(0xe3),
  Add: vector(0xe4),
  Sub: vector(0xe5),
  Mul: vector(0xe6),
  Div: vector(0xe7),
};

/** The module of a rule: imports `m.m`, the memory, and exports `f`. */
export function kernelModule({ arrays, numbers, steps, writes }: Rule): Uint8Array<ArrayBuffer> {
  const parameters = 2 + arrays.length + writes.length;
  const at = parameters;
  const local: Record<Value[0], number> = { number: at + 1, array: 0, step: 0 };
  local.array = local.number + numbers.length;
  local.step = local.array + arrays.length;
  const vectors = numbers.length + arrays.length + steps.length;
  const get = (index: number): number[] => [LOCAL_GET, ...unsigned(index)];
  const set = (index: number): number[] => [LOCAL_SET, ...unsigned(index)];
  const read = ([from, index]: Value): number[] => get(local[from] + index);
  const address = (parameter: number): number[] => [...get(parameter), ...get(at), I32_ADD];

  const body = [
    ...numbers.flatMap((_, i) => [...get(1), ...vector(0x09), 2, ...unsigned(4 * i), ...set(local.number + i)]), // load32_splat
    ...[0x03, 0x40], // loop
    ...arrays.flatMap((_, i) => [...address(2 + i), ...LOAD, ...set(local.array + i)]),
    ...steps.flatMap(({ operation, operands }, i) => [
      ...operands.flatMap(read),
      ...OPERATION[operation],
      ...set(local.step + i),
    ]),
    ...writes.flatMap(({ value }, i) => [...address(2 + arrays.length + i), ...read(value), ...STORE]),
    ...[...get(at), 0x41, ALIGNMENT, I32_ADD, 0x22, ...unsigned(at)], // i32.const, local.tee
    ...[...get(0), 0x49, 0x0d, 0, END], // i32.lt_u, br_if 0, end of the loop
    END,
  ];
  const locals = [...list([[...unsigned(1), I32], [...unsigned(vectors), V128]])]; // prettier-ignore
  const code = [...locals, ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, ...list(Array.from({ length: parameters }, () => [I32])), 0]])),
    ...section(2, list([[...text('m'), ...text('m'), 0x02, 0x00, 0]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...text('f'), 0x00, 0]])),
    ...section(10, list([[...unsigned(code.length), ...code]])),
  ]);
}

/** LEB128 of a whole number. */
function unsigned(x: number): number[] {
  return x < 128 ? [x] : [(x % 128) + 128, ...unsigned(Math.floor(x / 128))];
}

const list = (items: readonly number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (name: string): number[] => list(Array.from(name, (letter) => [letter.charCodeAt(0)]));
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
