/** The live study of a name, for as long as a component shows it. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { LiveStudy, type LiveSnapshot } from './live-study.ts';

const NOTHING: LiveSnapshot = { view: null, link: { state: 'loading', read: 0, total: 0 }, damage: null };

export function useLiveStudy(name: string): LiveSnapshot {
  const [live, setLive] = useState<LiveStudy | null>(null);
  useEffect(() => {
    const opened = new LiveStudy(name);
    setLive(opened);
    return () => {
      opened.close();
      setLive(null);
    };
  }, [name]);
  return useSyncExternalStore(live?.subscribe ?? never, live?.snapshot ?? nothing);
}

const never = (): (() => void) => () => undefined;
const nothing = (): LiveSnapshot => NOTHING;
