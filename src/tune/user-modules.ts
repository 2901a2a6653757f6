/**
 * Imports a user's file into this process, wherever it lies.
 * - TypeScript goes through tsx; JavaScript natively.
 * - `attune` and `attune/…` are this running package for the file and all it imports, whether the file lies in a project that has Attune installed, in the
 *   repository, or in /tmp: one copy of every class, and no version that differs from the command's.
 * - A TypeScript file is always an ES module, also without a package.json that says so (tsx would make CommonJS of it, which cannot `await` at the top).
 */
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };

const fromSource = import.meta.url.endsWith('.ts');

/** Specifier → URL of the module in the copy of the package that is running; the doors are those that package.json exports. */
function doorUrls(): Record<string, string> {
  const at = (path: string): string => new URL(path, import.meta.url).href;
  const urls: Record<string, string> = { attune: fromSource ? at('../index.ts') : at('./index.js') };
  for (const [name, target] of Object.entries(manifest.exports)) {
    const door = name.slice('./'.length);
    if (door === '' || typeof target === 'string') continue;
    urls[`attune/${door}`] = fromSource ? at(`../${door}/index.ts`) : at(`./${door}.js`);
  }
  return urls;
}

// Runs on Node's loader thread, so it is text and closes over nothing. tsx marks a file as CommonJS by its package.json, sometimes with a query behind `%3F`.
// What this module itself imports is the experiment, an ES module even when it is a .js file without a package.json.
const HOOKS = `
let doors, self;
export function initialize(data) { ({ doors, self } = data); }
export async function resolve(specifier, context, next) {
  const door = doors[specifier];
  if (door !== undefined) return { url: door, format: 'module', shortCircuit: true };
  const found = await next(specifier, context);
  const path = found.url.split(/%3F|[?]/)[0];
  const isModule = /[.]m?tsx?$/.test(path) || (context.parentURL === self && path.endsWith('.js'));
  if (found.format !== 'commonjs' || !isModule || path.includes('/node_modules/')) return found;
  return { ...found, url: path, format: 'module', shortCircuit: true };
}
`;

let doorsReady = false;
let typescriptReady = false;

async function prepare(typescript: boolean): Promise<void> {
  // The hook registered last is asked first, so the doors come after tsx; a second registration is harmless.
  if (typescript && !typescriptReady) {
    typescriptReady = true;
    const tsx = await import('tsx/esm/api');
    tsx.register();
    doorsReady = false;
  }
  if (!doorsReady) {
    doorsReady = true;
    register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, {
      data: { doors: doorUrls(), self: import.meta.url },
    });
  }
}

/** The module's exports. What the file throws comes through as it is. */
export async function importUserModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  // Run from source, the doors themselves are TypeScript.
  await prepare(fromSource || /\.[mc]?tsx?$/.test(path));
  const loaded: unknown = await import(pathToFileURL(path).href);
  return loaded as Readonly<Record<string, unknown>>; // a module namespace is an object
}
