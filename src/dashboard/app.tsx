/** The page: head with the theme, then the list of studies or one study. */
import { useEffect, useState } from 'react';
import { Help } from './help.tsx';
import { StudyPage } from './study-page.tsx';
import { StudyList } from './studies.tsx';
import { useTheme } from './theme.ts';
import { HOME } from './route.ts';
import { useRoute } from './use-route.ts';

export function App() {
  const [route, go] = useRoute();
  const [theme, toggleTheme] = useTheme();
  const [help, setHelp] = useState(false);
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (event.key === '?' && !typing) setHelp(true);
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, []);
  useEffect(() => {
    document.title = route.study === null ? 'Attune' : `${route.study} · Attune`;
  }, [route.study]);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="head">
        <a
          className="brand"
          href="/"
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey) return;
            event.preventDefault();
            go(HOME);
          }}
        >
          Attune
        </a>
        {route.study !== null && <span className="crumb">{route.study}</span>}
        <span className="space" />
        <button type="button" onClick={toggleTheme}>
          {theme === 'dark' ? 'Light' : 'Dark'}
        </button>
        <button type="button" onClick={() => setHelp(true)} aria-label="Help: keys and filters">
          ?
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        {route.study === null ? (
          <StudyList open={(study) => go({ ...HOME, study, view: 'overview' })} />
        ) : (
          <StudyPage key={route.study} name={route.study} route={route} go={go} theme={theme} />
        )}
      </main>
      {help && <Help close={() => setHelp(false)} />}
    </>
  );
}
