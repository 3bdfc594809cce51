// The head of a page: project, range, pages, filters.

import { daysInWords, instant, zoneInWords } from '../format';
import { Chips } from '../parts/chips';
import { RangeControl } from '../parts/controls';
import { Link } from '../parts/link';
import type { Page } from './pages';
import type { Period } from './range';
import type { Project, Scope } from './scope';
import { go, searchOf } from './view';

interface HeaderProps {
  readonly scope: Scope;
  readonly projects: readonly Project[];
  readonly pages: readonly Page[];
  readonly page: Page;
}

export function Header({ scope, projects, pages, page }: HeaderProps) {
  const { view, project, period, zone, nowMs } = scope;
  return (
    <header>
      <div class="line">
        <h1>
          {projects.length > 1 ? (
            <span class="sized">
              {/* A bold list is as wide as its name: browsers take the width of thin letters. */}
              <span aria-hidden="true">{project.name}</span>
              <select
                aria-label="Project"
                value={project.name}
                onChange={(event) =>
                  // Filters are about what this project has.
                  go({
                    ...view,
                    project: event.currentTarget.value,
                    where: [],
                    unread: [],
                    page: '',
                    by: [],
                    list: '',
                    sides: [],
                  })
                }
              >
                {projects.map(({ id, name }) => (
                  <option key={id}>{name}</option>
                ))}
              </select>
            </span>
          ) : (
            project.name
          )}
        </h1>
        {page.hasRange && (
          <div class="range">
            <Days {...{ period, zone, nowMs }} />
            <RangeControl {...{ view, period }} />
          </div>
        )}
      </div>
      {pages.length > 1 && (
        <nav aria-label="Pages">
          {pages.map(({ id, title }, index) => (
            <Link
              key={id}
              href={searchOf({ ...view, page: index === 0 ? '' : id, list: '', sides: [] })}
              {...(page.id === id && { 'aria-current': 'page' as const })}
            >
              {title}
            </Link>
          ))}
        </nav>
      )}
      {page.hasFilters && <Chips scope={scope} />}
    </header>
  );
}

interface DaysProps {
  readonly period: Period;
  readonly zone: string;
  readonly nowMs: number;
}

/** The days of a range, whose they are, and whether the last one goes on. */
function Days({ period: { days, isOpen }, zone, nowMs }: DaysProps) {
  return (
    <span class="soft">
      {daysInWords(days.from, days.to)}
      {isOpen && `, until ${instant(nowMs, zone, { timeStyle: 'short' })}`}{' '}
      <span class="zone">{zoneInWords(zone, nowMs)}</span>
    </span>
  );
}
