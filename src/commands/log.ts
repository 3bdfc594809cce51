// log: the recorded events, newest last, with what became of each.

import { defineCommand } from 'citty';
import { EVENTS } from '../catalogue/catalogue';
import { isEventName } from '../catalogue/validate';
import { EXIT, UserError } from '../errors';
import { print, say, warn } from '../output';
import { here } from '../process/invocation';
import { damagedInWords, lineOf } from '../record/line';
import { type Entry, entries, type Found, newest } from '../record/read';
import { parseSince } from '../record/since';

const LIMIT = 50;

/** `--event`, checked. */
export function parseEvent(name: string | undefined): string | undefined {
  if (name === undefined || isEventName(name)) return name;
  throw new UserError(
    `There is no event of that name. Events: ${Object.keys(EVENTS).join(', ')}.`,
    EXIT.usage,
  );
}

function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UserError('--limit takes a whole number; 0 is for all.', EXIT.usage);
}

/** An entry as JSON: the record as it was written, and its outcome. */
const shown = ({ record, status }: Entry) => JSON.stringify({ ...record, status });

/** `log --json`. Keys are added, never renamed or removed, while `schema` is 1. */
function printJson(list: Iterable<Entry>, found: Found): void {
  print('{"schema":1,"events":[');
  let separator = '\n';
  for (const entry of list) {
    print(`${separator}${shown(entry)}`);
    separator = ',\n';
  }
  print(`\n],"damaged":${found.damaged}}\n`);
}

export default defineCommand({
  meta: {
    name: 'log',
    description: 'Show the recorded events, newest last, and what became of each.',
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
    const wanted = {
      sinceMs: parseSince(args.since, Date.now()),
      event: parseEvent(args.event),
    };
    const limit = parseLimit(args.limit) ?? (wanted.sinceMs === undefined ? LIMIT : 0);
    const found: Found = { damaged: 0 };
    const list =
      limit === 0 ? entries(project, wanted, found) : newest(project, wanted, limit, found);
    if (args.json) return printJson(list, found);
    let count = 0;
    for (const entry of list) {
      say(lineOf(entry));
      count += 1;
    }
    if (count === 0) warn('No such event is recorded.\n');
    const damaged = damagedInWords(found.damaged);
    if (damaged) warn(`${damaged}\n`);
  },
});
