// The public page of a project: what GET /api/v1/public/NAME answers, as a chart of its months and tables of
// one of them. It asks for nothing else, so that it can say nothing else.

import { useEffect, useState } from 'preact/hooks';
import type { PublicFigures } from '../../../schema/src/public-figures';
import { type AskError, ask } from '../app/server';
import { Frame } from '../parts/frame';
import { Month } from './month';
import { Months } from './months';
import { monthInWords, titled } from './words';

type Answer = PublicFigures | AskError | undefined;

const isFigures = (answer: Answer): answer is PublicFigures =>
  answer !== undefined && 'months' in answer;

/** While there is nothing to show: a project that was just published has its months in a moment. */
const AGAIN_MS = 5_000;

/**
 * The figures of a project, or why they are not there. Asked for again when somebody comes back to the page,
 * and, while it has no month, every few seconds.
 */
function useFigures(name: string): { answer: Answer; again: () => void } {
  const [answer, setAnswer] = useState<Answer>();
  const [tries, setTries] = useState(0);
  const again = () => setTries((count) => count + 1);
  useEffect(() => {
    let isCurrent = true;
    const take = (next: Answer | ((known: Answer) => Answer)) => {
      if (isCurrent) setAnswer(next);
    };
    ask(`/api/v1/public/${encodeURIComponent(name)}`).then(
      (figures) => take(figures as PublicFigures),
      // What is shown stays, unless it is published no more.
      (error: AskError) =>
        take((known) => (isFigures(known) && error.status !== 404 ? known : error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [name, tries]);
  useEffect(() => {
    const seen = () => {
      if (!document.hidden) again();
    };
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, []);
  const isWaiting = isFigures(answer) && answer.months.length === 0;
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setTimeout(again, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isWaiting, tries]);
  return { answer, again };
}

export function PublicPage({ name }: { name: string }) {
  const { answer, again } = useFigures(name);
  const isThere = isFigures(answer);
  useEffect(() => {
    if (isThere) document.title = `${name}: published usage`;
  }, [isThere, name]);
  if (!answer) return <main class="waiting" aria-busy="true" />;
  if (isThere) return <Figures {...answer} />;
  return (
    <main class="alone">
      {answer.status === 404 ? (
        <>
          <h1>Nothing is published here</h1>
          <p class="soft">There is no project of this name, or it publishes nothing.</p>
        </>
      ) : (
        <>
          <h1>The figures are not to be had</h1>
          <p class="trouble">{answer.message}</p>
          <p>
            <button type="button" onClick={again}>
              Try again
            </button>
          </p>
        </>
      )}
    </main>
  );
}

/** The month that the address names, if it is published; else the last one. */
function useMonth({ months }: PublicFigures) {
  const read = () => new URLSearchParams(location.search).get('month');
  const [wanted, setWanted] = useState(read);
  useEffect(() => {
    const moved = () => setWanted(read());
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, []);
  const choose = (month: string) => {
    history.pushState(
      null,
      '',
      month === months.at(-1)?.month ? location.pathname : `?month=${month}`,
    );
    setWanted(read());
  };
  return { shown: months.find(({ month }) => month === wanted) ?? months.at(-1), choose };
}

function Figures(figures: PublicFigures) {
  const { project, counted, months } = figures;
  const { shown, choose } = useMonth(figures);
  return (
    <Frame
      title={project}
      beside={
        shown && (
          <label class="range month">
            <span class="soft">Month</span>
            <select value={shown.month} onChange={(event) => choose(event.currentTarget.value)}>
              {[...months].reverse().map(({ month }) => (
                <option key={month} value={month}>
                  {monthInWords(month)}
                </option>
              ))}
            </select>
          </label>
        )
      }
      about={`Published usage: how many ${counted} a month, and with what.`}
      foot={<Foot {...figures} />}
    >
      {shown ? (
        <div class="panels">
          <Months {...figures} shown={shown} />
          <Month {...figures} shown={shown} />
        </div>
      ) : (
        <p class="none soft">
          No month is published yet. The first one is that has {figures.at_least} {counted} or more,
          three days after its end in {figures.time_zone}.
        </p>
      )}
    </Frame>
  );
}

/** What the numbers are, and the same for programs. */
function Foot({ project, counted, at_least, rounded_down_to, time_zone }: PublicFigures) {
  const name = encodeURIComponent(project);
  return (
    <>
      <p class="notes">
        {titled(counted)} are counted once a month. Every number stands for at least {at_least} of
        them and is rounded down to a multiple of {rounded_down_to}; what fewer have is not shown.
        Shares are of rounded numbers. Months are those of {time_zone}, and do not change once they
        are published.
      </p>
      <p class="links">
        <a href={`/api/v1/public/${name}`}>JSON</a> <a href={`/public/${name}/badge.svg`}>Badge</a>
      </p>
    </>
  );
}
