// Is the collector well? What it says of itself: problems first, each with what to do.

import { useAnswer } from '../app/answers';
import { useScope } from '../app/scope';
import { format, instant } from '../format';
import { Card, Shown } from '../parts/card';
import type { Panel } from './panel';

interface Report {
  readonly status: string;
  readonly problems?: readonly { readonly check: string; readonly problem: string }[];
  readonly checks?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const words = (name: string) => sentence(name.replaceAll('_', ' '));

const MIB = 1024 * 1024;

/** A value of a check, as people read it: by what its name ends in. */
function inWords(name: string, value: unknown, zone: string): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') {
    if (!name.endsWith('bytes')) return format(value, 'count');
    return value > 1024 * MIB
      ? `${format(value / MIB / 1024, 'count')} GiB`
      : `${format(value / MIB, 'count')} MiB`;
  }
  if (typeof value === 'string') {
    const ms = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(ms) ? value : instant(ms, zone);
  }
  return JSON.stringify(value);
}

function Health() {
  const { zone } = useScope();
  const entry = useAnswer<Report>('/health');
  return (
    <Card id="health" title="Health" question="Is the collector well?" isWide>
      <Shown of={{ ...entry, answer: entry.data && { data: entry.data, cut: null } }}>
        {({ status, problems = [], checks = {} }) => (
          <>
            <p class={status === 'ok' ? 'state good' : 'state poor'}>
              {status === 'ok' ? 'All is well: events are taken.' : 'Events are refused.'}
            </p>
            {problems.length > 0 && (
              <ul>
                {problems.map(({ check, problem }) => (
                  <li key={check}>
                    <strong>{words(check)}:</strong> {problem}
                  </li>
                ))}
              </ul>
            )}
            <dl class="checks">
              {Object.entries(checks).map(([check, values]) => (
                <div key={check}>
                  <dt>{words(check)}</dt>
                  <dd>
                    {Object.entries(values ?? {}).map(([name, value]) => (
                      <span key={name}>
                        <span class="soft">{words(name)}</span> {inWords(name, value, zone)}
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </>
        )}
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
