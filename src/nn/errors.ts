/** Sentences for wrong options and wrong shapes; every layer speaks the same way. */
import { type Shape, showShape } from '#graph';
import { TuneError } from '#math';
import type { Context } from './layer.ts';

/** @internal Throws unless the option of a layer, loss or initializer holds; called where it is defined. */
export function requireOption(ok: boolean, owner: string, option: string, wants: string, got: unknown): void {
  if (ok) return;
  const shown = Array.isArray(got) ? `[${got.join(', ')}]` : typeof got === 'string' ? `'${got}'` : String(got);
  throw new TuneError('invalidOption', `${owner}: ${option} must be ${wants}; got ${shown}.`, { owner, option, got });
}

/** `conv2d at "body.conv2d1"`, or the kind alone for a model that is one layer. */
const describe = (kind: string, ctx: Context): string => (ctx.path === '' ? kind : `${kind} at "${ctx.path}"`);

/** @internal The error of a layer that cannot take the shape it is given. */
export const wrongShape = (kind: string, ctx: Context, got: Shape, wants: string, todo: string): TuneError =>
  new TuneError('shapeMismatch', `${describe(kind, ctx)} wants ${wants}; got ${showShape(got)}. ${todo}`, {
    layer: kind,
    path: ctx.path,
    got,
  });

/** @internal */
export const isCount = (x: number): boolean => Number.isSafeInteger(x) && x >= 1;
