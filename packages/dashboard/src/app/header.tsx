// The head of a page: project, range, pages, filters.

import { dayInWords } from '../format';
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
