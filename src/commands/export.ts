// export: the whole record, for other programs.

import { extname } from 'node:path';
import { defineCommand } from 'citty';
import { EXIT, UserError } from '../errors';
import { cellsOf } from '../export/columns';
import { FORMATS, type Format, type FormatName } from '../export/formats';
import { openSink } from '../export/sink';
import { warn } from '../output';
import { here } from '../process/invocation';
import { damagedInWords } from '../record/line';
import { checkReadable } from '../record/problem';
import { entries, type Found } from '../record/read';
import { parseWanted } from '../record/wanted';

/** `--format`; without it, what the file's name says, or JSON. */
function formatOf(name: string | undefined, output: string | undefined): Format {
  const wanted = name ?? extname(output ?? '').slice(1);
  if (Object.hasOwn(FORMATS, wanted)) return FORMATS[wanted as FormatName];
  if (name === undefined) return FORMATS.json;
  throw new UserError(`--format is one of: ${Object.keys(FORMATS).join(', ')}.`, EXIT.usage);
}

export default defineCommand({
  meta: {
    name: 'export',
    description: 'Write the whole record as JSON, CSV or NDJSON. docs/record.md has the columns.',
    examples: ['export --output usage.csv', 'export --format ndjson --since 30d'],
  },
  args: {
    format: {
      type: 'string',
      description: 'json, csv or ndjson (default: as the file is called, or json)',
      valueHint: 'FORMAT',
    },
    output: { type: 'string', description: 'Write to this file, not to stdout', valueHint: 'FILE' },
    since: {
      type: 'string',
      description: 'Not before: 12h, 7d, 2026-11-01, 2026-11-01T10:00',
      valueHint: 'TIME',
    },
    event: { type: 'string', description: 'Only this event', valueHint: 'EVENT' },
  },
  run({ args }) {
    const project = here();
    checkReadable(project);
    const output = args.output === '-' ? undefined : args.output;
    const format = formatOf(args.format, output);
    const wanted = parseWanted(args, Date.now());
    const found: Found = { damaged: 0 };
    const sink = openSink(output);
    let count = 0;
    try {
      sink.write(format.head);
      for (const entry of entries(project, wanted, found)) {
        sink.write((count === 0 ? '' : format.between) + format.line(cellsOf(entry)));
        count += 1;
      }
      sink.write(format.tail);
      sink.end();
    } catch (error) {
      sink.abandon();
      throw error;
    }
    if (output !== undefined) warn(`${count} event(s) written to ${output}.\n`);
    const damaged = damagedInWords(found.damaged);
    if (damaged) warn(`${damaged}\n`);
  },
});
