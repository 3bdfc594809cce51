// log: the recorded events, newest last, with what became of each.

import { defineCommand } from 'citty';
import { EXIT, UserError } from '../errors';
import { beyondLimitsInWords, readBeyondLimits } from '../journal/beyond-limits';
import { print, say, toJson, warn } from '../output';
import { environment, here } from '../process/invocation';
import { damagedInWords, linesOf } from '../record/line';
import { checkReadable } from '../record/problem';
import { type Entry, entries, type Found, newest } from '../record/read';
import { parseWanted } from '../record/wanted';
import { wrap } from '../terminal/layout';
import { lookOfStdout } from '../terminal/terminal';

const LIMIT = 50;

function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UserError('--limit takes a whole number; 0 is for all.', EXIT.usage);
}

/**
 * An entry as JSON: the record as it was written, and its delivery status. 1.0.0 called that `fate`;
 * the key stays while `schema` is 1.
 */
const shown = ({ record, status }: Entry) =>
  toJson({ ...record, fate: status, delivery_status: status });

/** `log --json`. Keys are added, never renamed or removed, while `schema` is 1. */
function printJson(list: Iterable<Entry>, found: Found, beyondLimits: number): void {
  print('{"schema":1,"events":[');
  let separator = '\n';
  for (const entry of list) {
    print(`${separator}${shown(entry)}`);
    separator = ',\n';
  }
  print(`\n],"damaged":${found.damaged},"beyond_limits":${beyondLimits}}\n`);
}

/** Why nothing is shown. */
function nothing({ event, since }: { event?: string | undefined; since?: string | undefined }) {
  const filters = [event && `--event ${event}`, since && `--since ${since}`].filter(Boolean);
  return filters.length === 0
    ? 'No event is recorded.'
    : `No recorded event matches ${filters.join(' and ')}.`;
}

export default defineCommand({
  meta: {
    name: 'log',
    description: 'Show the recorded events, newest last, and what became of each.',
    examples: ['log --limit 10', 'log --since 7d --event error_occurred', 'log --json'],
  },
  args: {
    limit: {
      type: 'string',
      description: `The last so many; 0 for all (default: ${LIMIT}, or all with --since)`,
      valueHint: 'N',
    },
    since: {
      type: 'string',
      description: 'Not before: 12h, 7d, 2026-11-01, 2026-11-01T10:00',
      valueHint: 'TIME',
    },
    event: { type: 'string', description: 'Only this event', valueHint: 'EVENT' },
    json: { type: 'boolean', description: 'Print JSON (documented, stable)' },
  },
  run({ args }) {
    const project = here();
    checkReadable(project);
    const wanted = parseWanted(args, Date.now());
    const limit = parseLimit(args.limit) ?? (wanted.sinceMs === undefined ? LIMIT : 0);
    const found: Found = { damaged: 0 };
    const list =
      limit === 0 ? entries(project, wanted, found) : newest(project, wanted, limit, found);
    if (args.json) return printJson(list, found, readBeyondLimits(project)?.events ?? 0);
    const { columns } = lookOfStdout(environment());
    let count = 0;
    for (const entry of list) {
      say(linesOf(entry, columns).join('\n'));
      count += 1;
    }
    if (count === 0) warn(`${nothing(args)}\n`);
    const damaged = damagedInWords(found.damaged);
    if (damaged) warn(`${damaged}\n`);
    const beyond = beyondLimitsInWords(project);
    if (beyond) warn(`${wrap(beyond, { columns }).join('\n')}\n`);
  },
});
