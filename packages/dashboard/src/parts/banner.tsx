// How the answers stand: what went wrong, in the collector's words, and when it is tried again.

import { useEffect, useState } from 'preact/hooks';
import { refresh, useStanding } from '../app/answers';
import { ago } from '../format';

/** Drawn anew every so often. */
function useTick(ms: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

export function Banner() {
  const { error, retryMs, atMs, isAsking } = useStanding();
  const now = useTick(1_000);
  if (!error) return null;
  const seconds = Math.max(0, Math.ceil(((retryMs ?? now) - now) / 1_000));
  return (
    <div class="banner" role="alert">
      <p>
        <strong>{error.message}</strong>{' '}
        {atMs === undefined
          ? 'Nothing could be loaded yet.'
          : `What is shown was loaded ${ago(now - atMs)}.`}
      </p>
      <p aria-live="off">
        {isAsking ? 'Trying …' : `Trying again in ${seconds} s.`}{' '}
        <button type="button" onClick={refresh}>
          Try now
        </button>
      </p>
    </div>
  );
}

/** "Updated 2 min ago". */
export function Updated() {
  const { atMs, isAsking } = useStanding();
  const now = useTick(10_000);
  return (
    <span class="soft">
      {isAsking ? 'Loading …' : atMs === undefined ? '' : `Updated ${ago(now - atMs)}`}
    </span>
  );
}
