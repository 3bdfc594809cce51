// Is the collector well? What it says of itself: each check, and for what is wrong, what to do.

import { useAnswer } from '../app/answers';
import { useScope } from '../app/scope';
import { Card, Shown } from '../parts/card';
import { sayingOf, titleOf, type Values } from './health-words';
import type { Panel } from './panel';

interface Report {
  readonly status: string;
  readonly problems?: readonly { readonly check: string; readonly problem: string }[];
  readonly checks?: Readonly<Record<string, Values | null>>;
}

const sentence = (text: string) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.!]?$/, '.')}`;

function stateOf(status: string, problems: number): { text: string; mood: 'good' | 'poor' } {
  if (status !== 'ok') return { text: 'Events are refused.', mood: 'poor' };
  if (problems === 0) return { text: 'All is well: events are taken.', mood: 'good' };
  return { text: 'Events are taken, and something is worth a look.', mood: 'poor' };
}

function Health() {
  const { zone } = useScope();
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
                  return (
                    <div key={check}>
                      <dt>
                        <span class={problem ? 'poor' : 'good'} aria-hidden="true">
                          {problem ? '!' : '✓'}
                        </span>{' '}
                        {titleOf(check)}
                      </dt>
                      <dd>
                        {sayingOf(check, values ?? {}, zone, Date.now())}
                        {problem && <strong>{sentence(problem)}</strong>}
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
