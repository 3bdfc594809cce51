// An id is forgotten: in the store at once, then in every copy. A receipt says how far it is.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bearer } from '../dialects/token.ts';
import { distinctIdOf } from '../distinct-id.ts';
import type { Project } from '../event.ts';
import { Rate } from '../gate/rate.ts';
import { parseUuid } from '../gate/uuid.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import {
  FORGET_LOOK_MS,
  FORGET_STORE_MS,
  FORGET_WAIT_MS,
  FORGETS_PER_MINUTE,
  INSTALL_BYTES,
} from '../limits.ts';
import type { Receipt } from '../store/erasures.ts';
import type { Store } from '../store/store.ts';
import { type Access, visibleTo } from './access.ts';
import type { Auth } from './auth.ts';
import { projectOf } from './params.ts';
import { answerReceipt, shownReceipt } from './receipts.ts';

/** Whether somebody may read every project. */
const readsAll = (access: Access | undefined): boolean =>
  access !== undefined && access.project === undefined;

/** Registers the routes. */
export function forgetRoutes(
  app: FastifyInstance,
  { auth, store, nudge }: { auth: Auth; store: Store; nudge: () => void },
): void {
  const { projects, erasures } = store;
  const rate = new Rate<number>(FORGETS_PER_MINUTE);

  /** The project that somebody names, or may change alone; undefined: all. */
  const onlyOf = ({ access }: FastifyRequest, named: unknown): Project | undefined => {
    if (named === undefined && access.project === undefined) return undefined;
    const query = named === undefined ? {} : { project: String(named) };
    return projectOf(query, visibleTo(access, projects));
  };

  // An id is a random UUID that only its owner and the admins know: knowing it, and the project it was
  // used in, is enough to have it erased there. Everywhere at once is for admins. With a project's token,
  // anything else than a UUID is looked for only where SDKs name ids: it could be a value that many have.
  app.post('/api/v1/forget', async (request, reply) => {
    const own = projects.byToken(bearer(request.headers.authorization) ?? '');
    if (!own) auth.check(request, 'admin');
    else if (!rate.take(own.id, 1)) {
      throw new Refused(429, 'rate_limited', 'too many requests to forget; try again in a minute');
    }
    const body = parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
    const { distinct_id: given, project } = body ?? {};
    // As the gate wrote it down.
    const id = distinctIdOf(given);
    if (id === '') {
      throw new Refused(400, 'missing_distinct_id', 'send {"distinct_id": "…"}');
    }
    const only = own ?? onlyOf(request, project);
    const reach = !own || parseUuid(id) ? 'anywhere' : 'named';
    const receipt = await erasures.forget(id, only?.id, FORGET_STORE_MS, reach);
    nudge();
    return answerReceipt(reply, await settled(receipt), {
      isCounted: !own && readsAll(request.access),
    });
  });

  /** The copies are seconds behind, mostly: then one answer is enough. */
  const settled = async (receipt: Receipt): Promise<Receipt> => {
    let last = receipt;
    for (let left = FORGET_WAIT_MS; last.doneMs === null && left > 0; left -= FORGET_LOOK_MS) {
      await new Promise((wake) => setTimeout(wake, FORGET_LOOK_MS));
      last = (await erasures.receipt(receipt.id)) ?? last;
    }
    return last;
  };

  // Whoever has a receipt got it from here. It names nobody; its numbers may be of any project,
  // and are for those who may read all of them.
  app.get('/api/v1/forget/:id', async (request, reply) => {
    const receipt = await erasures.receipt((request.params as { id: string }).id);
    if (!receipt) throw new Refused(404, 'unknown_receipt', 'there is no such receipt');
    return answerReceipt(reply, receipt, {
      isCounted: readsAll(auth.accessOf(request)),
    });
  });
  app.get('/api/v1/forget', { onRequest: auth.require }, async () => ({
    receipts: (await erasures.list(100)).map(shownReceipt),
  }));
}
