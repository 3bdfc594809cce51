// The report of one machine's record: the panels of a project driven by make, as far as a record has them.

import type { Summary } from '../../../schema/src/summary';
import { daysInWords } from '../format';
import { Frame } from '../parts/frame';
import { Activity } from './activity';
import { CommandDurations, Commands } from './commands';
import { Errors } from './errors';
import { Events, Outcomes } from './events';
import { Tiles } from './tiles';
import { Overrides, Services } from './uses';

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The page. What a summary does not have is not shown. */
export function Report({ summary }: { summary: Summary }) {
  const { from, to } = summary;
  const isEmpty = summary.totals.events === 0;
  return (
    <Frame
      title="Usage"
      beside={<span class="soft">{from && to && daysInWords(from, to)}</span>}
      foot={
        <>
          <span>Made {moment.format(Date.parse(summary.generated_at))}</span>
          <span>Days are those of the machine that made it. This file connects to nothing.</span>
        </>
      }
    >
      {isEmpty ? (
        <div class="panels">
          <Nothing summary={summary} />
        </div>
      ) : (
        <Numbers summary={summary} />
      )}
    </Frame>
  );
}

function Numbers({ summary }: { summary: Summary }) {
  return (
    <>
      <Tiles summary={summary} />
      <div class="panels">
        <Activity summary={summary} />
        <Services list={summary.services} />
        <Commands summary={summary} />
        <Errors summary={summary} />
        <CommandDurations list={summary.commands} />
        <Overrides list={summary.overrides} />
        <Outcomes record={summary.record} />
        <Events list={summary.events} />
      </div>
    </>
  );
}

function Nothing({ summary: { record } }: { summary: Summary }) {
  return (
    <div class="card none">
      <p>Nothing was recorded in this time.</p>
      <p class="soft">
        Commands are recorded while analytics is on, or local: <code>make analytics-status</code>{' '}
        says which it is.
      </p>
      {record && record.damaged > 0 && (
        <p class="trouble">Lines of the record that could not be read: {record.damaged}</p>
      )}
    </div>
  );
}
