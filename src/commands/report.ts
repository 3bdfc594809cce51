// report: a summary of the record, in the terminal or as one HTML file.

import { existsSync } from 'node:fs';
import { defineCommand } from 'citty';
import type { LocalSummary } from '../../packages/schema/src/summary';
import { EXIT, UserError } from '../errors';
import { openSink } from '../export/sink';
import { beyondLimitsInWords } from '../journal/beyond-limits';
import { say, sayJson, warn } from '../output';
import { absolute } from '../process/folder';
import { environment, here } from '../process/invocation';
import { reportFile } from '../record/clear';
import { checkReadable } from '../record/problem';
import { parseSince } from '../record/since';
import { htmlReport } from '../report/html';
import { openFile } from '../report/open';
import { summarize } from '../report/read';
import { textReport } from '../report/text';
import { wrap } from '../terminal/layout';
import { lookOfStdout } from '../terminal/terminal';

/** `isOurs`: it is in the record, where a link or a pipe is somebody else's doing and gives way. */
async function writeHtml(
  summary: LocalSummary,
  file: string,
  { isOurs, isOpened }: { isOurs: boolean; isOpened: boolean },
): Promise<void> {
  const page = htmlReport(summary);
  const sink = openSink(file, { follows: !isOurs });
  try {
    sink.write(page);
    sink.end();
  } catch (error) {
    sink.abandon();
    throw error;
  }
  say(absolute(file));
  if (isOpened && !(await openFile(absolute(file)))) {
    warn('There is no program here to open it with: open the file in a browser.\n');
  }
}

export default defineCommand({
  meta: {
    name: 'report',
    description: 'Show a summary of the record; with --html, write it as one HTML file.',
    examples: ['report', 'report --since 30d', 'report --html --open'],
  },
  args: {
    file: {
      type: 'positional',
      required: false,
      description: 'With --html: where to (default: report.html in the record folder)',
    },
    html: { type: 'boolean', description: 'Write an HTML file that needs nothing else' },
    open: { type: 'boolean', description: 'With --html: open it' },
    since: {
      type: 'string',
      description: 'Not before: 12h, 7d, 2026-11-01, 2026-11-01T10:00',
      valueHint: 'TIME',
    },
    json: { type: 'boolean', description: 'Print the summary as JSON (docs/summary.md)' },
  },
  async run({ args }) {
    const project = here();
    checkReadable(project);
    if (!args.html && (args.file !== undefined || args.open)) {
      throw new UserError('A FILE and --open go with --html.', EXIT.usage);
    }
    const wanted = { sinceMs: parseSince(args.since, Date.now()) };
    const summary = summarize(project, wanted, Date.now());
    if (args.html) {
      const file = args.file ?? reportFile(project);
      if (args.file === undefined && !existsSync(project.record)) {
        throw new UserError('Nothing was recorded here yet: there is nothing to report.');
      }
      const isOurs = args.file === undefined;
      return writeHtml(summary, file, { isOurs, isOpened: args.open === true });
    }
    if (args.json) return sayJson(summary);
    const look = lookOfStdout(environment());
    say(textReport(summary, look).join('\n'));
    const beyond = beyondLimitsInWords(project);
    if (beyond) warn(`${wrap(beyond, look).join('\n')}\n`);
  },
});
