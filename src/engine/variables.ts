/**
 * Named float32 arrays that live between runs: weights, running statistics, optimizer moments.
 * One that the graph updates has a second buffer: a step reads one and writes the other, then they change places. One that a kernel
 * updates is written in place, after the graph has run. So nothing is copied and a failed step leaves everything as it was.
 */
import { TuneError } from '#math';
import { Arena } from './arena.ts';

export interface Slot {
  readonly shape: readonly number[];
  current: Float32Array;
  /** The buffer that the graph writes the next value into. */
  spare: Float32Array | null;
  /** Where `current` lies in the arena, if kernels work on it. */
  address: number | null;
}

/** @internal The buffers behind the names, for programs. */
export let slotsOf: (variables: Variables) => ReadonlyMap<string, Slot>;

/** @internal The memory of the kernels that work on the variables. */
export let arenaOf: (variables: Variables) => Arena;

export class Variables {
  readonly #slots = new Map<string, Slot>();
  #arena: Arena | undefined;

  static {
    slotsOf = (variables) => variables.#slots;
    arenaOf = (variables) => (variables.#arena ??= new Arena());
  }

  /** Adds a variable with its first value, which is copied. */
  declare(name: string, shape: readonly number[], data: Float32Array): void {
    if (this.#slots.has(name)) {
      throw new TuneError('duplicateName', `variable "${name}" is declared twice.`, { name });
    }
    const size = shape.reduce((total, dim) => total * dim, 1);
    if (data.length !== size) {
      throw new TuneError(
        'shapeMismatch',
        `variable "${name}" of shape [${shape.join(', ')}] holds ${size} numbers; got ${data.length}.`,
        { name, shape },
      );
    }
    this.#slots.set(name, { shape: [...shape], current: Float32Array.from(data), spare: null, address: null });
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  /** In order of declaration. */
  names(): string[] {
    return [...this.#slots.keys()];
  }

  shape(name: string): readonly number[] {
    return this.#slot(name).shape;
  }

  /** A copy of the current value. */
  get(name: string): Float32Array {
    return Float32Array.from(this.#slot(name).current);
  }

  /** Copies a value in. */
  set(name: string, data: Float32Array): void {
    const { current, shape } = this.#slot(name);
    if (data.length !== current.length) {
      throw new TuneError(
        'shapeMismatch',
        `variable "${name}" of shape [${shape.join(', ')}] holds ${current.length} numbers; got ${data.length}.`,
        { name, shape },
      );
    }
    current.set(data);
  }

  /** Copies of all values, as of now. */
  snapshot(): Map<string, Float32Array> {
    return new Map(this.names().map((name) => [name, this.get(name)]));
  }

  /** Sets every variable that the snapshot holds. */
  restore(snapshot: ReadonlyMap<string, Float32Array>): void {
    for (const [name, data] of snapshot) this.set(name, data);
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new TuneError('unknownName', `there is no variable "${name}".`, { name });
    return slot;
  }
}
