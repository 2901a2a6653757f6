/** One study: where the connection stands, the tabs, and the view that the URL names. */
import { Suspense, useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import type { ThemeName } from '#plots';
import { groupedNumber } from '#text';
import { columnsOf } from './columns.ts';
import { parseFilter } from './filter.ts';
import { HOME, type Route } from './route.ts';
import { useLiveStudy } from './use-live-study.ts';
import type { Go } from './use-route.ts';
import { VIEWS } from './views.ts';
import type { Link } from './live-study.ts';

interface StudyPageProps {
  readonly name: string;
  readonly route: Route;
  readonly go: Go;
  readonly theme: ThemeName;
}

export function StudyPage({ name, route, go, theme }: StudyPageProps) {
  const { view: study, link, damage } = useLiveStudy(name);
  const view = VIEWS.find(({ id }) => id === route.view);
  // The view's code is on its way while the log is read.
  useEffect(() => void view?.load(), [view]);
  const filter = useMemo(
    () => (study === null || route.filter === '' ? null : parseFilter(route.filter, columnsOf(study))),
    [study, route.filter],
  );
  const error = filter !== null && 'error' in filter ? filter.error : null;
  // A filter that cannot be read lets everything through.
  const shown = useMemo(() => {
    if (study === null) return [];
    return filter !== null && 'test' in filter ? study.trials.filter(filter.test) : study.trials;
  }, [study, filter]);
  // A phone's width holds four of the tabs.
  const tabs = useRef<HTMLDivElement>(null);
  useEffect(() => {
    tabs.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [route.view]);
  const open = (id: string): void => go({ view: id, options: {} });
  const arrow = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')];
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    tabs.at((at + step) % tabs.length)?.focus();
    event.preventDefault();
  };
  const View = view?.component;
  return (
    <>
      <nav aria-label="Views">
        <div role="tablist" className="tabs" onKeyDown={arrow} ref={tabs}>
          {VIEWS.map(({ id, title }) => (
            <a
              key={id}
              role="tab"
              id={`tab-${id}`}
              aria-selected={id === route.view}
              tabIndex={id === route.view || (view === undefined && id === 'overview') ? 0 : -1}
              href={`/study/${encodeURIComponent(name)}/${id}`}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey) return;
                event.preventDefault();
                open(id);
              }}
            >
              {title}
            </a>
          ))}
        </div>
      </nav>
      <LinkBanner link={link} seen={study !== null} home={() => go(HOME)} />
      {damage !== null && (
        <p className="banner" role="alert">
          {damage}
        </p>
      )}
      <section className="pad" role="tabpanel" aria-labelledby={`tab-${route.view}`}>
        {View === undefined && <p>There is no view of that name.</p>}
        {study !== null && view?.filter === true && (
          <FilterBox text={route.filter} error={error} onText={(text) => go({ filter: text })} />
        )}
        {study !== null && View !== undefined && (
          <Suspense fallback={<p className="quiet">Loading …</p>}>
            <View
              study={study}
              shown={shown}
              selection={route.selection}
              onSelect={(selection) => go({ selection })}
              theme={theme}
              options={route.options}
              setOption={(option, value) => {
                const options = { ...route.options };
                if (value === null) delete options[option];
                else options[option] = value;
                go({ options });
              }}
              openTrial={(number) => go({ view: 'trial', options: { n: String(number) } })}
            />
          </Suspense>
        )}
      </section>
    </>
  );
}

interface FilterBoxProps {
  readonly text: string;
  readonly error: string | null;
  readonly onText: (text: string) => void;
}

function FilterBox({ text, error, onText }: FilterBoxProps) {
  return (
    <div className="filter">
      <label>
        Filter{' '}
        <input
          type="search"
          value={text}
          placeholder="state = pruned and step < 5"
          spellCheck={false}
          autoCapitalize="off"
          aria-invalid={error !== null}
          aria-describedby="filter-error"
          onChange={(event) => onText(event.target.value)}
        />
      </label>
      <p id="filter-error" className="refusal" aria-live="polite">
        {error}
      </p>
    </div>
  );
}

interface LinkBannerProps {
  readonly link: Link;
  /** Whether anything of the study has been read. */
  readonly seen: boolean;
  readonly home: () => void;
}

function LinkBanner({ link, seen, home }: LinkBannerProps) {
  const toAll = (
    <button type="button" className="plain-link" onClick={home}>
      All studies
    </button>
  );
  switch (link.state) {
    case 'live':
      return null;
    case 'loading':
      return (
        <p className="banner quiet" role="status">
          {link.total === 0
            ? 'Reading the log …'
            : `Reading the log: ${groupedNumber(link.read)} of ${groupedNumber(link.total)} events.`}
        </p>
      );
    case 'away':
      return (
        <p className="banner" role="alert">
          {link.message} What is shown may be old; trying again.
        </p>
      );
    case 'gone':
      return (
        <p className="banner" role="alert">
          The server has no study of this name, or has it no more. {seen && 'What is shown was read before. '}Should
          there be one again, it is shown. {toAll}
        </p>
      );
    case 'refused':
      return (
        <p className="banner" role="alert">
          {link.message} {toAll}
        </p>
      );
  }
}
