// Is the collector well? What it says of itself: each check, and for what is wrong, what to do.

import { useAnswer } from '../app/answers';
import { useScope } from '../app/scope';
import { mayChange } from '../app/session';
import { searchOf } from '../app/view';
import { Card, Shown } from '../parts/card';
import { Link } from '../parts/link';
import { isNone, problemOf, sayingOf, titleOf, type Values } from './health-words';
import type { Panel } from './panel';

interface Report {
  readonly status: string;
  readonly problems?: readonly { readonly check: string; readonly problem: string }[];
  readonly checks?: Readonly<Record<string, Values | null>>;
}

/** Where one can do something about a problem, of the pages. */
const PLACES: Readonly<Record<string, { readonly page: string; readonly words: string }>> = {
  dead_letters: { page: 'dead-letters', words: 'Look at the dead letters' },
};

const sentence = (text: string) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.!]?$/, '.')}`;

function stateOf(status: string, problems: number): { text: string; mood: 'good' | 'poor' } {
  if (status !== 'ok') return { text: 'Events are refused.', mood: 'poor' };
  if (problems === 0) return { text: 'All is well: events are taken.', mood: 'good' };
  return { text: 'Events are taken, and something is worth a look.', mood: 'poor' };
}

const MARKS = { poor: '!', good: '✓', soft: '–' } as const;

function Health() {
  const { zone, view } = useScope();
  const entry = useAnswer<Report>('/health');
  return (
    <Card id="health" title="Health" question="Is the collector well?" isWide>
      <Shown of={{ ...entry, answer: entry.data && { data: entry.data, cut: null } }}>
        {({ status, problems = [], checks = {} }) => {
          const { text, mood } = stateOf(status, problems.length);
          return (
            <>
              <p class={`state ${mood}`}>{text}</p>
              <dl class="checks">
                {Object.entries(checks).map(([check, values]) => {
                  const problem = problems.find((each) => each.check === check)?.problem;
                  const of = problem ? 'poor' : isNone(check, values ?? {}) ? 'soft' : 'good';
                  return (
                    <div key={check}>
                      <dt>
                        <span class={of} aria-hidden="true">
                          {MARKS[of]}
                        </span>{' '}
                        {titleOf(check)}
                      </dt>
                      <dd>
                        {sayingOf(check, values ?? {}, zone, Date.now())}
                        {problem && (
                          <>
                            <strong>{sentence(problemOf(problem, zone, Date.now()))}</strong>
                            {check in PLACES && mayChange() && (
                              <Link href={searchOf({ ...view, page: PLACES[check]!.page })}>
                                {PLACES[check]!.words}
                              </Link>
                            )}
                          </>
                        )}
                      </dd>
                    </div>
                  );
                })}
              </dl>
            </>
          );
        }}
      </Shown>
    </Card>
  );
}

export const health: Panel = {
  id: 'health',
  title: 'Health',
  question: 'Is the collector well?',
  isWide: true,
  Show: Health,
};
