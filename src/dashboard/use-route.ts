/** The route of the address bar, and how to go elsewhere: a new place is a step back in the history, a changed setting is not. */
import { useCallback, useEffect, useState } from 'react';
import { readRoute, writeRoute, type Route } from './route.ts';

const here = (): Route => readRoute(location.pathname, location.search);

export type Go = (change: Partial<Route>) => void;

export function useRoute(): readonly [Route, Go] {
  const [route, setRoute] = useState(here);
  useEffect(() => {
    const back = (): void => setRoute(here());
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);
  const go = useCallback((change: Partial<Route>) => {
    const before = here();
    const next = { ...before, ...change };
    const url = writeRoute(next);
    if (next.study !== before.study || next.view !== before.view) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
    setRoute(next);
  }, []);
  return [route, go];
}
