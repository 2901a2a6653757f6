/** The route of the address bar, and how to go elsewhere: a new place is a step back in the history, a changed setting is not. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { readRoute, writeRoute, type Route } from './route.ts';

const here = (): Route => readRoute(location.pathname, location.search);

export type Go = (change: Partial<Route>) => void;

export function useRoute(): readonly [Route, Go] {
  const [route, setRoute] = useState(here);
  // Several changes may come before the next render; and a long selection is not in the address.
  const last = useRef(route);
  useEffect(() => {
    const back = (): void => setRoute((last.current = here()));
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);
  const go = useCallback((change: Partial<Route>) => {
    const before = last.current;
    const next = { ...before, ...change };
    const url = writeRoute(next);
    if (next.study !== before.study || next.view !== before.view) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
    last.current = next;
    setRoute(next);
  }, []);
  return [route, go];
}
