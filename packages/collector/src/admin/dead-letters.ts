// Dead letters: listing, exporting, trying again, deleting.

import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { distinctIdOf } from '../distinct-id.ts';
import type { Candidate, Reason } from '../event.ts';
import { REMOVED } from '../gate/addresses.ts';
import { Refused } from '../http/refused.ts';
import type { Ingest } from '../ingest.ts';
import type { KeptLetter } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { visibleTo } from './access.ts';
import type { Auth } from './auth.ts';
import { projectOf, queryOf, wholeOf } from './params.ts';

const PAGE = 100;

/**
 * Why a letter is left as it is: the gate says so again, or there is nothing to send to it: no project any more,
 * nothing kept of the event, or not the address that was its id.
 */
type NotReplayed = Reason | 'no_project' | 'not_kept' | 'address_removed';

const shown = (letter: KeptLetter) => ({
  id: letter.id,
  project: letter.projectId,
  received: new Date(letter.receivedMs).toISOString(),
  dialect: letter.dialect,
  reason: letter.reason,
  distinct_id: letter.distinctId,
  payload: letter.payload === null ? null : (JSON.parse(letter.payload) as unknown),
});

/** Registers the routes. */
export function deadLetters(
  app: FastifyInstance,
  { auth, store, ingest }: { auth: Auth; store: Store; ingest: Ingest },
): void {
  const onRequest = auth.changes;
  /** The project that is named, or the one that is seen; undefined: all. */
  const onlyOf = (request: FastifyRequest): number | undefined => {
    const query = queryOf(request);
    if (!query.project && request.access.project === undefined) return undefined;
    return projectOf(query, visibleTo(request.access, store.projects)).id;
  };
  const letters = store.deadLetters;

  app.get('/api/v1/dead-letters', { onRequest }, async (request) => {
    const query = queryOf(request);
    const project = onlyOf(request);
    const limit = wholeOf(query.limit, PAGE, 1_000);
    const page = await letters.list(
      project,
      wholeOf(query.after, 0, Number.MAX_SAFE_INTEGER),
      limit,
    );
    return {
      dead_letters: page.map(shown),
      next_after: page.length === limit ? (page.at(-1)?.id ?? null) : null,
    };
  });

  app.get(
    '/api/v1/dead-letters/export',
    { config: { isExport: true }, onRequest },
    async (request, reply) => {
      const project = onlyOf(request);
      async function* lines() {
        for (let after = 0, page: KeptLetter[]; ; after = page.at(-1)!.id) {
          page = await letters.list(project, after, PAGE);
          if (page.length === 0) return;
          yield page.map((letter) => `${JSON.stringify(shown(letter))}\n`).join('');
        }
      }
      return reply.type('application/x-ndjson').send(Readable.from(lines()));
    },
  );

  /**
   * Sends a letter through the gate again. It is deleted only when its event was taken. Undefined: it was;
   * else why not.
   */
  const replay = async (letter: KeptLetter): Promise<NotReplayed | undefined> => {
    const project = letter.projectId === null ? undefined : store.projects.byId(letter.projectId);
    if (!project) return 'no_project';
    if (letter.payload === null) return 'not_kept';
    const candidate = JSON.parse(letter.payload) as Candidate;
    // Its id was an address, which is not kept: all such events would become those of one id.
    if (distinctIdOf(candidate.distinctId).includes(REMOVED)) return 'address_removed';
    const { events, verdicts } = ingest.examine(project, letter.dialect, [candidate]);
    if (events.length === 0) return verdicts[0] as Reason;
    await letters.replaced(letter.id, project.id, events, ingest.nowMs);
    return undefined;
  };

  app.post('/api/v1/dead-letters/replay', { onRequest }, async (request) => {
    const project = onlyOf(request);
    const reasons: Partial<Record<NotReplayed, number>> = {};
    let replayed = 0;
    let left = 0;
    for (let after = 0, page: KeptLetter[]; ; after = page.at(-1)!.id) {
      page = await letters.list(project, after, PAGE);
      if (page.length === 0) break;
      for (const letter of page) {
        const reason = await replay(letter);
        if (reason === undefined) {
          replayed++;
          continue;
        }
        left++;
        reasons[reason] = (reasons[reason] ?? 0) + 1;
      }
    }
    return { replayed, left, reasons };
  });

  const one = async ({ params, access }: FastifyRequest): Promise<KeptLetter> => {
    const { id } = params as { id: string };
    const letter = await letters.get(wholeOf(id, 0, Number.MAX_SAFE_INTEGER));
    const isSeen = access.project === undefined || letter?.projectId === access.project;
    if (!letter || !isSeen)
      throw new Refused(404, 'unknown_letter', 'there is no such dead letter');
    return letter;
  };
  app.post('/api/v1/dead-letters/:id/replay', { onRequest }, async (request) => {
    const reason = await replay(await one(request));
    return { replayed: reason === undefined, reason: reason ?? null };
  });
  app.delete('/api/v1/dead-letters/:id', { onRequest }, async (request, reply) => {
    const { id } = await one(request);
    await letters.delete(id);
    return reply.code(204).send();
  });
}
