/**
 * The page's place as a URL, so that a link restores it: `/` lists the studies, `/study/NAME/VIEW?sel=3,7&q=FILTER&…` shows one.
 * `sel` are the selected trials, `q` filters trials; every other key is a setting of the view.
 */

export interface Route {
  /** Null: the list of studies. */
  readonly study: string | null;
  readonly view: string;
  readonly selection: readonly number[];
  readonly filter: string;
  readonly options: Readonly<Record<string, string>>;
}

/** A longer selection is kept by the page alone: servers refuse addresses of many kilobytes. */
const LINKED = 500;

export const HOME: Route = { study: null, view: '', selection: [], filter: '', options: {} };

export function readRoute(path: string, search: string): Route {
  const [, head, name, view = 'overview'] = path.split('/');
  if (head !== 'study' || name === undefined || name === '') return HOME;
  const { sel = '', q = '', ...options } = Object.fromEntries(new URLSearchParams(search));
  const selection = sel.split(',').filter((part) => /^\d{1,9}$/.test(part));
  return { study: decoded(name), view, selection: selection.map(Number), filter: q, options };
}

export function writeRoute({ study, view, selection, filter, options }: Route): string {
  if (study === null) return '/';
  const query = new URLSearchParams();
  if (selection.length > 0 && selection.length <= LINKED) query.set('sel', selection.join(','));
  if (filter !== '') query.set('q', filter);
  for (const [name, value] of Object.entries(options)) query.set(name, value);
  const text = query.toString().replaceAll('%2C', ',');
  return `/study/${encodeURIComponent(study)}/${view}${text === '' ? '' : `?${text}`}`;
}

/** A link that somebody cut short is still a name. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
