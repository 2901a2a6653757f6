/**
 * The hooks by which notebooks and REPLs ask an object how it wants to be seen. None of them is enumerable: copies, JSON and comparisons do not see them.
 *   Symbol.for('Jupyter.display')             Deno's Jupyter kernel: a MIME bundle (docs.deno.com, Deno.jupyter.$display)
 *   _toMime                                   the IJavascript kernel: the same (nel, lib/server/context.js)
 *   Symbol.for('nodejs.util.inspect.custom')  Node's REPL, console.log, and tslab, which prints by it
 *   Symbol.for('Deno.customInspect')          Deno's REPL and console.log
 */

/** How an object is seen: a line or a few, a piece of HTML, and its picture where it has one. */
export interface Shown {
  readonly text: string;
  readonly html: string;
  readonly svg?: string;
}

/** By MIME type, as Jupyter's protocol has it. */
export type MimeBundle = Readonly<Record<string, string>>;

/** Gives `target`, an object or the prototype of a class, these hooks; `show` is asked each time, with the object that is looked at. */
export function showAs<T extends object>(target: T, show: (self: T) => Shown): void {
  const bundle = (self: T): MimeBundle => {
    const { text, html, svg } = show(self);
    return { 'text/plain': text, 'text/html': html, ...(svg !== undefined && { 'image/svg+xml': svg }) };
  };
  const hooks: [PropertyKey, (self: T) => unknown][] = [
    [Symbol.for('Jupyter.display'), bundle],
    ['_toMime', bundle],
    [Symbol.for('nodejs.util.inspect.custom'), (self) => show(self).text],
    [Symbol.for('Deno.customInspect'), (self) => show(self).text],
  ];
  for (const [key, answer] of hooks) {
    // A method: on a prototype `this` is the object that is looked at.
    const value = function (this: T): unknown {
      return answer(this);
    };
    Object.defineProperty(target, key, { value, enumerable: false, configurable: true });
  }
}
