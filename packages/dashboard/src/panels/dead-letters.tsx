// What was sent and not taken, and why? By reason, with examples; to be tried again or deleted.

import { useState } from 'preact/hooks';
import { refresh, useAnswer } from '../app/answers';
import { useScope } from '../app/scope';
import { send } from '../app/server';
import { format, instant } from '../format';
import { Card, Shown } from '../parts/card';
import { Dialog } from '../parts/dialog';
import type { Panel } from './panel';

interface Letter {
  readonly id: number;
  readonly received: string;
  readonly dialect: string;
  readonly reason: string;
  readonly distinct_id: string | null;
  readonly payload: unknown;
}

interface Listed {
  readonly dead_letters: readonly Letter[];
  readonly next_after: number | null;
}

/** What the collector's reasons mean. */
const REASONS: Readonly<Record<string, string>> = {
  not_an_object: 'An event is no object',
  missing_event: 'An event has no name',
  event_name_too_long: 'The name of an event is too long',
  missing_distinct_id: 'An event has no id',
  names_a_person: 'An event names a person',
  distinct_id_is_an_address: 'The id is an address',
  invalid_uuid: 'The uuid is none',
  properties_not_an_object: 'The properties are no object',
  too_deep: 'The properties are nested too deeply',
  too_large: 'An event is too large',
  older_than_retention: 'An event is older than the project keeps events',
  unknown_token: 'The token is not known',
  other_origin: 'The page is not one of the site’s',
};

const PATH = '/api/v1/dead-letters';
const ASKED = 1_000;
const EXAMPLES = 20;

const byReason = (letters: readonly Letter[]): [string, Letter[]][] => {
  const groups = new Map<string, Letter[]>();
  for (const letter of letters) {
    groups.set(letter.reason, [...(groups.get(letter.reason) ?? []), letter]);
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length);
};

/** Said now and then: a screen reader says each. */
const progress = (done: number, all: number): string =>
  `Working: ${format(done - (done % 100), 'count')} of ${format(all, 'count')} …`;

function DeadLetters() {
  const { project, zone } = useScope();
  const of = `project=${encodeURIComponent(project.name)}`;
  const entry = useAnswer<Listed>(`${PATH}?${of}&limit=${ASKED}`);
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [deleting, setDeleting] = useState<readonly Letter[]>();

  /** Does something to letters, says what came of it, and shows what is left. */
  const work = async (task: () => Promise<string>) => {
    setBusy(true);
    setSaid('Working …');
    try {
      setSaid(await task());
    } catch (error) {
      setSaid((error as Error).message);
    } finally {
      setBusy(false);
      refresh();
    }
  };
  const replay = (letters: readonly Letter[]) =>
    work(async () => {
      let taken = 0;
      for (const [done, { id }] of letters.entries()) {
        setSaid(progress(done, letters.length));
        const { replayed } = (await send('POST', `${PATH}/${id}/replay`)) as { replayed: boolean };
        if (replayed) taken += 1;
      }
      return `${format(taken, 'count')} taken, ${format(letters.length - taken, 'count')} left: the reason is still there.`;
    });
  const remove = (letters: readonly Letter[]) =>
    work(async () => {
      for (const [done, { id }] of letters.entries()) {
        setSaid(progress(done, letters.length));
        await send('DELETE', `${PATH}/${id}`);
      }
      return `${format(letters.length, 'count')} deleted.`;
    });
  return (
    <Card
      id="dead-letters"
      title="Dead letters"
      question="What was sent and not taken, and why?"
      isWide
    >
      <p role="status">{said}</p>
      <Shown
        of={{ ...entry, answer: entry.data && { data: entry.data, cut: null } }}
        isEmpty={({ dead_letters }) => dead_letters.length === 0}
        empty="None: all that was sent was taken."
      >
        {({ dead_letters, next_after }) => (
          <>
            {next_after !== null && (
              <p class="soft">These are the oldest {format(ASKED, 'count')}.</p>
            )}
            {byReason(dead_letters).map(([reason, letters]) => {
              const kept = letters.filter(({ payload }) => payload !== null);
              return (
                <section class="reason" key={reason} aria-label={reason}>
                  <h3>
                    {REASONS[reason] ?? reason}{' '}
                    <span class="soft">
                      {REASONS[reason] && reason} × {format(letters.length, 'count')}
                    </span>
                  </h3>
                  <p class="soft">
                    Last {instant(Date.parse(letters.at(-1)!.received), zone)}, by{' '}
                    {[...new Set(letters.map(({ dialect }) => dialect))].join(', ')}
                  </p>
                  <p class="actions">
                    {/* Of what is not kept there is nothing to be tried again. */}
                    {kept.length > 0 && (
                      <button type="button" disabled={isBusy} onClick={() => void replay(kept)}>
                        {kept.length === letters.length
                          ? 'Try again'
                          : `Try ${format(kept.length, 'count')} again`}
                      </button>
                    )}
                    <button
                      type="button"
                      class="danger"
                      disabled={isBusy}
                      onClick={() => setDeleting(letters)}
                    >
                      Delete …
                    </button>
                  </p>
                  {kept.length === 0 && (
                    <p class="soft">
                      What was sent is not kept: there is nothing to be tried again.
                    </p>
                  )}
                  <Examples letters={letters} zone={zone} />
                </section>
              );
            })}
            <p class="below">
              <span />
              <a href={`${PATH}/export?${of}`} download="dead-letters.ndjson">
                Download all
              </a>
            </p>
          </>
        )}
      </Shown>
      {deleting && (
        <Dialog title="Delete for good?" close={() => setDeleting(undefined)}>
          <p>
            {format(deleting.length, 'count')} dead letters:{' '}
            {REASONS[deleting[0]!.reason] ?? deleting[0]!.reason}. They cannot be tried again then.
          </p>
          <p class="actions">
            <button
              type="button"
              class="danger"
              onClick={() => {
                setDeleting(undefined);
                void remove(deleting);
              }}
            >
              Delete
            </button>
            <button type="button" onClick={() => setDeleting(undefined)}>
              Keep
            </button>
          </p>
        </Dialog>
      )}
    </Card>
  );
}

/** What was sent, as JSON; its time as people read it. */
const payloadText = (payload: unknown, zone: string): string =>
  JSON.stringify(
    payload,
    (key, value: unknown) =>
      key === 'timeMs' && typeof value === 'number' ? instant(value, zone) : value,
    2,
  ).replace('"timeMs":', '"time":');

function Examples({ letters, zone }: { letters: readonly Letter[]; zone: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Examples</summary>
      {isOpen &&
        letters.slice(-EXAMPLES).map(({ id, received, payload }) => (
          <figure key={id} class="example">
            <figcaption class="soft">{instant(Date.parse(received), zone)}</figcaption>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
            <pre tabIndex={0}>
              {payload === null
                ? 'What was sent is not kept: it was too large, or may name a person.'
                : payloadText(payload, zone)}
            </pre>
          </figure>
        ))}
    </details>
  );
}

export const deadLetters: Panel = {
  id: 'dead-letters',
  title: 'Dead letters',
  question: 'What was sent and not taken, and why?',
  isWide: true,
  Show: DeadLetters,
};
