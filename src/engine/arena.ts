/**
 * The memory in which kernels work: one WebAssembly memory for a set of variables. When it grows, views of it end; whoever has
 * reserved a place gets the new view. Places are not given back before the whole is.
 */
import { ALIGNMENT } from './kernel.ts';

/** The part of the WebAssembly JavaScript interface used here; TypeScript has its types only together with a browser's. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { m: { m: WasmMemory } },
  ) => { readonly exports: { readonly f: (...parameters: number[]) => void } };
};
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A cache line; a multiple of the kernels' alignment. */
const LINE = 4 * ALIGNMENT;
const PAGE = 65_536;
const MOST_PAGES = 65_536;

export interface Place {
  readonly length: number;
  /** Called now and whenever the memory has moved. */
  readonly put: (view: Float32Array, address: number) => void;
}

export class Arena {
  readonly #memory = createMemory();
  readonly #places: (Place & { readonly address: number })[] = [];
  #end = 0;
  /** Runs that use views at the moment. */
  users = 0;

  /** False where 4 GiB, all that such a memory can have, would not do, or where a limit of the address space leaves no room for it. */
  fits(lengths: readonly number[]): boolean {
    if (this.#memory === null) return false;
    return this.#end + lengths.reduce((total, length) => total + sizeInBytes(length), 0) <= MOST_PAGES * PAGE;
  }

  /** Zeros at first. */
  reserve(places: readonly Place[]): void {
    if (this.users > 0) throw new Error('internal: a program was compiled while another one ran on its variables');
    const memory = this.#memory;
    if (memory === null) throw new Error('internal: places in an arena that has no memory');
    for (const place of places) {
      this.#places.push({ ...place, address: this.#end });
      this.#end += sizeInBytes(place.length);
    }
    const pages = Math.ceil(this.#end / PAGE) - memory.buffer.byteLength / PAGE;
    if (pages > 0) memory.grow(pages);
    for (const { length, put, address } of pages > 0 ? this.#places : this.#places.slice(-places.length)) {
      put(new Float32Array(memory.buffer, address, length), address);
    }
  }

  instantiate(bytes: Uint8Array): (...parameters: number[]) => void {
    if (this.#memory === null) throw new Error('internal: a kernel in an arena that has no memory');
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: this.#memory } }).exports.f;
  }
}

/** Address space for all it may grow to is taken at once, memory as it grows. */
function createMemory(): WasmMemory | null {
  try {
    return new WebAssembly.Memory({ initial: 0, maximum: MOST_PAGES });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Whole cache lines, and one between two arrays. */
const sizeInBytes = (length: number): number => (Math.ceil((length * 4) / LINE) + 1) * LINE;
