// The pages of a project: lists of panels, by the kind of project. What each kind has comes from the
// registry of columns; what is asked about it in a way of its own is a panel of its own.

import type { Kind } from '../../../schema/src/columns';
import { activity } from '../panels/activity';
import { adoption } from '../panels/adoption';
import { byColumn } from '../panels/by-column';
import { commandDurations, commands } from '../panels/commands';
import { compare } from '../panels/compare/compare';
import { deadLetters } from '../panels/dead-letters';
import { durationsBy } from '../panels/durations';
import { durationsOverTime } from '../panels/durations-over-time';
import { errors, errorsOverTime } from '../panels/errors';
import { eventList } from '../panels/events/event-list';
import { funnel } from '../panels/funnel';
import { health } from '../panels/health';
import { live } from '../panels/live';
import { outcomes } from '../panels/outcomes';
import { own } from '../panels/own';
import type { Panel } from '../panels/panel';
import { publishing } from '../panels/publishing';
import { overrides, services } from '../panels/services';
import { timeZone } from '../panels/time-zone';
import { columnsOf } from './scope';

export interface Page {
  readonly id: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  /** It is about a range of time, and shows its totals. */
  readonly hasRange: boolean;
  readonly hasTotals: boolean;
  /** Its numbers are those of the filters. */
  readonly hasFilters: boolean;
  /** The collector refuses it to who may only read. */
  readonly isForAdmins: boolean;
}

/** Panels of columns that have no panel of their own yet. */
function others(kind: Kind, taken: readonly string[]): Panel[] {
  return columnsOf(kind)
    .filter(({ name, type }) => type !== 'count' && name !== 'success' && !taken.includes(name))
    .map(({ name, label, question }) =>
      byColumn({ column: name }, { title: label, ...(question && { question }), isOptional: true }),
    );
}

const events = byColumn({ column: 'event' }, { question: 'What happens?', count: 'events' });

const versions = byColumn(
  { column: 'version' },
  {
    title: 'Versions',
    question: 'Which are in use, and do they work?',
    extra: 'success',
    isOptional: true,
  },
);

/** Successes of installations by what they ran on. */
const succeeding = (column: string, title: string, isTimed = false): Panel =>
  byColumn(
    { column },
    { title, question: `Do installations succeed on each?`, extra: 'success', isTimed },
  );

const OVERVIEW: Partial<Record<Kind, () => readonly Panel[]>> = {
  cli: () => [
    activity,
    services,
    commands,
    errors,
    commandDurations,
    errorsOverTime,
    adoption,
    overrides,
    versions,
    ...others('cli', ['service', 'override', 'command', 'error_type', 'version', 'node']),
    events,
  ],
  installs: () => [
    funnel,
    outcomes,
    activity,
    succeeding('os', 'Operating systems'),
    succeeding('node_major', 'Versions of Node'),
    succeeding('package_manager', 'Package managers'),
    succeeding('template', 'Templates', true),
    byColumn(
      { column: 'stage' },
      {
        id: 'stages',
        title: 'Errors by stage',
        question: 'Where do installations fail?',
        where: [{ column: 'success', op: 'is', value: false }],
      },
    ),
    durationsBy(['template', 'os', 'node_major', 'package_manager']),
    errors,
    durationsOverTime,
    errorsOverTime,
    ...others('installs', [
      'os',
      'node',
      'node_major',
      'package_manager',
      'template',
      'stage',
      'error_type',
    ]),
    events,
  ],
  agents: () => [
    activity,
    byColumn(
      { column: 'agent' },
      {
        id: 'agents',
        title: 'Agents',
        question: 'Which are used, by how many, and do they succeed?',
        extra: 'success',
        isTimed: true,
      },
    ),
    durationsBy(['agent', 'command']),
    errors,
    versions,
    errorsOverTime,
    adoption,
    ...others('agents', ['agent', 'error_type', 'version', 'node']),
    events,
  ],
};

const whole = (kind: Kind): readonly Panel[] => [activity, events, ...others(kind, [])];

const made = new Map<Kind, readonly Page[]>();

/** The pages of a kind of project. Always the same ones, so that what is drawn stays. */
export function pagesOf(kind: Kind): readonly Page[] {
  const known = made.get(kind);
  if (known) return known;
  const overview = OVERVIEW[kind]?.() ?? whole(kind);
  const page = (id: string, title: string, panels: readonly Panel[], of: Partial<Page> = {}) => ({
    id,
    title,
    panels,
    hasRange: false,
    hasTotals: false,
    hasFilters: of.hasRange ?? false,
    isForAdmins: false,
    ...of,
  });
  const pages: Page[] = [
    page('overview', 'Overview', [...overview, own], { hasRange: true, hasTotals: true }),
    page('compare', 'Compare', [compare], { hasRange: true }),
    page('events', 'Events', [eventList], { hasRange: true }),
    page('live', 'Live', [live], { hasFilters: true }),
    page('dead-letters', 'Dead letters', [deadLetters], { isForAdmins: true }),
    page('health', 'Health', [health]),
    page('settings', 'Settings', [publishing, timeZone], { isForAdmins: true }),
  ];
  made.set(kind, pages);
  return pages;
}
