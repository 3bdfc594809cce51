// Nothing has arrived yet: where to send, with which token, and a command that does it. Watches the
// first event arrive. The collector keeps hashes of tokens alone, so a token is shown when it is made.

import { useEffect, useState } from 'preact/hooks';
import { refresh } from '../app/answers';
import { readLive } from '../app/live';
import { useScope } from '../app/scope';
import { send } from '../app/server';
import { Card } from '../parts/card';
import { Copied } from '../parts/copied';
import { firstCommand } from './first-event';

/** How often it is looked for where the live feed is not to be had. */
const LOOK_MS = 10_000;

export function Empty() {
  const { project, kind } = useScope();
  const [isThere, setThere] = useState(false);
  useEffect(() => {
    const timer = setInterval(refresh, LOOK_MS);
    const end = readLive({
      events(events) {
        if (!events.some((event) => event.project === project.id)) return;
        setThere(true);
        refresh();
      },
    });
    return () => {
      clearInterval(timer);
      end();
    };
  }, [project.id]);
  const [made, setMade] = useState<string>();
  const [trouble, setTrouble] = useState('');
  const token = made ?? 'TOKEN';
  const command = firstCommand(kind, token, location.origin);
  return (
    <Card
      id="empty"
      title="No event has arrived yet"
      question="This page changes by itself when the first one does."
      isWide
    >
      <Copied label="Host" text={location.origin} />
      {made ? (
        <Copied label="Token: keep it, it is not shown again" text={made} />
      ) : (
        <p class="actions">
          <button
            type="button"
            onClick={async () => {
              try {
                const body = { project: project.id, scope: 'write', label: 'made on the pages' };
                const { token } = (await send('POST', '/api/v1/tokens', body)) as { token: string };
                setMade(token);
              } catch (error) {
                setTrouble((error as Error).message);
              }
            }}
          >
            Make a token for sending
          </button>
          <span class="soft">Or use one that you have in the place of TOKEN.</span>
        </p>
      )}
      <p class="trouble" role="alert">
        {trouble}
      </p>
      <Copied label="A first event" text={command} />
      <p role="status" class="soft">
        {isThere ? 'It is here. Counting …' : 'Waiting for the first event …'}
      </p>
    </Card>
  );
}
