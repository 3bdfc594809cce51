// A project in a range, with filters: its scope, and the panels of a page in it.

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { AnswerOf } from '../../../schema/src/question';
import { isZone } from '../../../schema/src/zone';
import { Empty } from '../panels/empty';
import type { Panel } from '../panels/panel';
import { Tiles } from '../panels/tiles';
import { Banner } from '../parts/banner';
import { NothingContext } from '../parts/card';
import { Around } from '../parts/frame';
import { isTroubled, refresh, useAnswer } from './answers';
import { Footer } from './footer';
import { Header } from './header';
import { isNear, useInTurn } from './in-turn';
import { type LiveState, readLive } from './live';
import { pagesOf } from './pages';
import { periodOf } from './range';
import { type Project, type Scope, ScopeContext, totalsOf, urlOf, useAsked } from './scope';
import { mayChange } from './session';
import { refusedOf, UnusableFilters, unusableOf } from './unusable';
import { keepFocus, searchOf, type View } from './view';
import { nothingIn } from './words';

/** The time of the first event, where there is none. */
const NEVER = Number.POSITIVE_INFINITY;
/** Where the totals are. */
const TILES = { id: 'tiles' } as const;
/** No panels. */
const NONE: readonly Panel[] = [];
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
    // While nobody answers, what is shown stays what it is about: another minute's would be empty.
    const tick = () => {
      if (!isTroubled()) setNow(minute());
    };
    const timer = setInterval(tick, MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** The time of the first event, where the range needs it: all months, and the first that has one. */
function useFirst(scope: Scope, isNeeded: boolean): number | undefined {
  const url = urlOf(
    { ...scope, view: { ...scope.view, where: [] } },
    {
      kind: 'series',
      interval: 'month',
      span: { from: EARLIEST_MS, to: Math.max(scope.period.to, scope.nowMs) },
    },
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

export function Viewed({ view, project, projects }: ViewedProps) {
  const nowMs = useNow();
  const own = project.time_zone ?? 'UTC';
  const zone = view.zone && isZone(view.zone) ? view.zone : own;
  const kind = project.kind ?? 'cli';
  const address = searchOf(view);
  // Who has scrolled past the totals waits for what is on the screen.
  const isBelowTiles = useMemo(() => isNear(TILES) === false, [address]);
  const [whole, setWhole] = useState('');
  const first: Scope = {
    isHeld: isBelowTiles && whole !== address,
    project,
    kind,
    view,
    zone,
    nowMs,
    period: periodOf(view.range, zone, nowMs),
  };
  const isAll = view.range === 'all';
  const pages = pagesOf(kind).filter(({ isForAdmins }) => !isForAdmins || mayChange());
  const page = pages.find(({ id }) => id === view.page) ?? pages[0]!;
  const known = page.hasFilters ? unusableOf(view, kind) : [];
  const now = useAsked(first, page.hasRange && known.length === 0 ? totalsOf(first) : undefined);
  const isRefused = now.error && !now.error.isTransient && !now.answer && view.where.length > 0;
  const unusable = isRefused ? refusedOf(view, now.error!) : known;
  // Nothing in this range may mean that nothing was ever sent.
  const hasNothing = now.answer?.data?.now.events === 0 && view.where.length === 0;
  const firstMs = useFirst(first, isAll || hasNothing);
  const scope = isAll ? { ...first, period: periodOf('all', zone, nowMs, firstMs) } : first;
  const shown = { ...scope, isHeld: false };
  const isEmpty = page.hasRange && hasNothing && firstMs === NEVER;
  const { turns, isWhole } = useInTurn(unusable.length > 0 ? NONE : page.panels, shown);
  useEffect(() => {
    if (isWhole) setWhole(address);
  }, [isWhole, address]);
  useEffect(() => {
    document.title = `${project.name}: ${page.title}`;
  }, [project.name, page.title]);
  useEffect(keepFocus, [address]);
  useFreshness(project.id, scope.period.isOpen);
  useReachable();
  return (
    <ScopeContext.Provider value={shown}>
      <Around
        head={<Header {...{ scope, projects, pages, page }} />}
        foot={<Footer {...{ scope, own }} />}
      >
        <Banner />
        {unusable.length > 0 ? (
          <div class="panels">
            <UnusableFilters {...{ view }} of={unusable} />
          </div>
        ) : isEmpty ? (
          <div class="panels">
            <Empty />
          </div>
        ) : isAll && firstMs === undefined ? (
          <div class="waiting" aria-busy="true" />
        ) : (
          <>
            {page.hasTotals && (
              <ScopeContext.Provider value={scope}>
                <Tiles {...TILES} />
              </ScopeContext.Provider>
            )}
            <NothingContext.Provider value={nothingIn(view)}>
              <div class="panels">
                {turns.map(
                  ({ panel: { id, Show }, scope: own }) =>
                    own && (
                      <ScopeContext.Provider key={id} value={own}>
                        <Show />
                      </ScopeContext.Provider>
                    ),
                )}
              </div>
            </NothingContext.Provider>
          </>
        )}
      </Around>
    </ScopeContext.Provider>
  );
}

/** Asks again at once when the connection is lost, and when it is there again: whether anybody answers is known then. */
function useReachable(): void {
  useEffect(() => {
    let last: LiveState = 'off';
    return readLive({
      state(state) {
        const isLost = state === 'lost' && last === 'open';
        const isBack = state === 'open' && (last === 'lost' || isTroubled());
        if (state !== 'connecting') last = state;
        if (isLost || isBack) refresh();
      },
    });
  }, []);
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
