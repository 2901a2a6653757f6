/** Light or dark: as the system says, until somebody chooses; the choice is kept in this browser. */
import { useEffect, useState } from 'react';
import type { ThemeName } from '#plots';

const KEY = 'attune-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

const system = (): ThemeName => (dark.matches ? 'dark' : 'light');
const chosen = (): ThemeName | null => {
  const kept = localStorage.getItem(KEY);
  return kept === 'dark' || kept === 'light' ? kept : null;
};

export function useTheme(): readonly [ThemeName, () => void] {
  const [theme, setTheme] = useState<ThemeName>(() => chosen() ?? system());
  useEffect(() => {
    const follow = (): void => setTheme(chosen() ?? system());
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, []);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const toggle = (): void => {
    const next = theme === 'dark' ? 'light' : 'dark';
    // Back to what the system says: then the page follows it again.
    if (next === system()) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
    setTheme(next);
  };
  return [theme, toggle];
}
