// The page: who looks, at which project, range and filters, and the panels that answer.

import { useEffect, useState } from 'preact/hooks';
import type { AnswerOf } from '../../../schema/src/question';
import { isZone } from '../../../schema/src/zone';
import { dayInWords } from '../format';
import { Empty } from '../panels/empty';
import { Tiles } from '../panels/tiles';
import { Banner, Updated } from '../parts/banner';
import { Chips } from '../parts/chips';
import { RangeControl } from '../parts/controls';
import { Dialog } from '../parts/dialog';
import { Link } from '../parts/link';
import { SignIn } from '../parts/sign-in';
import { refresh, useAnswer } from './answers';
import { readLive } from './live';
import { type Page, pagesOf } from './pages';
import { type Period, periodOf } from './range';
import { type Project, type Scope, ScopeContext, totalsOf, urlOf, useAsked } from './scope';
import { checkSession, signOut, useSession } from './session';
import { go, searchOf, useView, type View } from './view';

/** The time of the first event, where there is none. */
const NEVER = Number.POSITIVE_INFINITY;
/** How long new events are gathered before the numbers are asked for again. */
const REFRESH_MS = 5_000;
const MINUTE_MS = 60_000;
/** Before this, nobody collected anything. */
const EARLIEST_MS = Date.UTC(2020, 0);

/** Now, to the minute: questions stay the same within it. */
function useNow(): number {
  const minute = () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const [now, setNow] = useState(minute);
  useEffect(() => {
    const timer = setInterval(() => setNow(minute()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function App() {
  const session = useSession();
  const [wasIn, setWasIn] = useState(false);
  useEffect(() => {
    void checkSession();
  }, []);
  useEffect(() => {
    if (session === 'in') setWasIn(true);
  }, [session]);
  if (session === 'unknown') return <main class="waiting" aria-busy="true" />;
  if (session === 'out' && !wasIn) {
    return (
      <main class="alone">
        <h1>Sign in</h1>
        <SignIn isAgain={false} />
      </main>
    );
  }
  return (
    <>
      <Signed />
      {session === 'out' && (
        <Dialog title="Sign in">
          <SignIn isAgain />
        </Dialog>
      )}
    </>
  );
}

function Signed() {
  const view = useView();
  const { data, error } = useAnswer<{ projects: readonly Project[] }>('/api/v1/projects');
  if (!data) {
    return (
      <main class="alone">
        <Banner />
        {error && !error.isTransient && <p class="trouble">{error.message}</p>}
      </main>
    );
  }
  const { projects } = data;
  const wanted = view.project;
  // A name first: 1.0.0 had numbers in links.
  const project = wanted
    ? (projects.find(({ name }) => name === wanted) ??
      projects.find(({ id }) => String(id) === wanted))
    : projects[0];
  if (!project) {
    return (
      <main class="alone">
        <h1>There is no project “{wanted}”</h1>
        <ul>
          {projects.map(({ id, name }) => (
            <li key={id}>
              <Link href={searchOf({ ...view, project: name })}>{name}</Link>
            </li>
          ))}
        </ul>
      </main>
    );
  }
  return <Viewed {...{ view, project, projects }} />;
}

/** The time of the first event, where the range needs it: all months, and the first that has one. */
function useFirst(scope: Scope, isNeeded: boolean): number | undefined {
  const url = urlOf(
    { ...scope, view: { ...scope.view, where: [] } },
    { kind: 'series', interval: 'month', span: { from: EARLIEST_MS, to: scope.period.to } },
  );
  const { data } = useAnswer<AnswerOf<'series'>>(isNeeded ? url : undefined);
  const points = data?.data?.points;
  if (!points) return undefined;
  return points.find(({ events }) => events > 0)?.start ?? NEVER;
}

interface ViewedProps {
  readonly view: View;
  readonly project: Project;
  readonly projects: readonly Project[];
}

function Viewed({ view, project, projects }: ViewedProps) {
  const nowMs = useNow();
  const own = project.time_zone ?? 'UTC';
  const zone = view.zone && isZone(view.zone) ? view.zone : own;
  const kind = project.kind ?? 'cli';
  const first: Scope = {
    project,
    kind,
    view,
    zone,
    nowMs,
    period: periodOf(view.range, zone, nowMs),
  };
  const isAll = view.range === 'all';
  const pages = pagesOf(kind);
  const page = pages.find(({ id }) => id === view.page) ?? pages[0]!;
  const now = useAsked(first, page.hasRange ? totalsOf(first) : undefined);
  // Nothing in this range may mean that nothing was ever sent.
  const hasNothing = now.answer?.data?.now.events === 0 && view.where.length === 0;
  const firstMs = useFirst(first, isAll || hasNothing);
  const scope = isAll ? { ...first, period: periodOf('all', zone, nowMs, firstMs) } : first;
  const isEmpty = page.hasRange && hasNothing && firstMs === NEVER;
  useEffect(() => {
    document.title = `${project.name}: ${page.title}`;
  }, [project.name, page.title]);
  useFreshness(project.id, scope.period.isOpen);
  return (
    <ScopeContext.Provider value={scope}>
      <a class="skip" href="#content">
        Skip to the numbers
      </a>
      <Header {...{ scope, projects, pages, page }} />
      <main id="content" tabIndex={-1}>
        <Banner />
        {isEmpty ? (
          <div class="panels">
            <Empty />
          </div>
        ) : isAll && firstMs === undefined ? (
          <div class="waiting" aria-busy="true" />
        ) : (
          <>
            {page.hasTotals && <Tiles />}
            <div class="panels">
              {page.panels.map(({ id, Show }) => (
                <Show key={id} />
              ))}
            </div>
          </>
        )}
      </main>
      <Footer {...{ scope, own }} />
    </ScopeContext.Provider>
  );
}

/** Asks again a little after new events of the project arrive, while the range goes on. */
function useFreshness(project: number, isOpen: boolean): void {
  useEffect(() => {
    if (!isOpen) return undefined;
    let timer: number | undefined;
    const end = readLive({
      events(events) {
        if (timer !== undefined || !events.some((event) => event.project === project)) return;
        timer = setTimeout(() => {
          timer = undefined;
          refresh();
        }, REFRESH_MS);
      },
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [project, isOpen]);
}

interface HeaderProps {
  readonly scope: Scope;
  readonly projects: readonly Project[];
  readonly pages: readonly Page[];
  readonly page: Page;
}

function Header({ scope, projects, pages, page }: HeaderProps) {
  const { view, project, period } = scope;
  return (
    <header>
      <div class="line">
        <h1>
          {projects.length > 1 ? (
            <select
              aria-label="Project"
              value={project.name}
              // Browsers are not at one about how wide a bold list is.
              style={{ minWidth: `calc(${project.name.length}ch + 3rem)` }}
              onChange={(event) =>
                // Filters are about what this project has.
                go({
                  ...view,
                  project: event.currentTarget.value,
                  where: [],
                  page: '',
                  by: [],
                  sides: [],
                })
              }
            >
              {projects.map(({ id, name }) => (
                <option key={id}>{name}</option>
              ))}
            </select>
          ) : (
            project.name
          )}
        </h1>
        {page.hasRange && (
          <div class="range">
            <span class="soft">{inWords(period)}</span>
            <RangeControl {...{ view, period }} />
          </div>
        )}
      </div>
      {pages.length > 1 && (
        <nav aria-label="Pages">
          {pages.map(({ id, title }, index) => (
            <Link
              key={id}
              href={searchOf({ ...view, page: index === 0 ? '' : id, by: [], sides: [] })}
              {...(page.id === id && { 'aria-current': 'page' as const })}
            >
              {title}
            </Link>
          ))}
        </nav>
      )}
      {page.hasRange && <Chips scope={scope} />}
    </header>
  );
}

const inWords = ({ days: { from, to } }: Period): string =>
  from === to ? dayInWords(from) : `${dayInWords(from)} – ${dayInWords(to)}`;

function Footer({ scope, own }: { scope: Scope; own: string }) {
  const { view, zone } = scope;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([own, here, zone, 'UTC'])];
  return (
    <footer>
      <label>
        Days are those of{' '}
        <select
          value={zone}
          onChange={(event) => {
            const { value } = event.currentTarget;
            go({ ...view, zone: value === own ? '' : value });
          }}
        >
          {zones.map((each) => (
            <option key={each} value={each}>
              {each.replaceAll('_', ' ')}
            </option>
          ))}
        </select>
      </label>
      <Updated />
      <button type="button" class="quiet" onClick={() => void signOut()}>
        Sign out
      </button>
    </footer>
  );
}
