// The one way in: gate → store → acknowledged → live feed. Every dialect calls `take`.

import type { Batch } from './dialects/batch.ts';
import { checkKind, type Dialect } from './dialects/kinds.ts';
import type { Candidate, DeadLetter, Event, Project, Reason } from './event.ts';
import { type Examined, examine, letterOf } from './gate/gate.ts';
import type { Rate } from './gate/rate.ts';
import { type Hold, turn } from './http/hold.ts';
import { Refused, tooManyEvents } from './http/refused.ts';
import { CHUNK_BYTES, CHUNK_EVENTS, REQUEST_EVENTS, REQUEST_LETTERS } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Store } from './store/store.ts';
import type { Visit } from './store/visits.ts';
import { settledPage } from './web/posthog.ts';

/** What became of a batch. */
export interface Taken {
  readonly accepted: number;
  readonly rejected: number;
  /** For each event, in order: why it was not taken; undefined when it was. */
  readonly reasons: readonly (Reason | undefined)[];
  /** The first event that was taken, as it is stored. */
  readonly first: Event | undefined;
  /** The visit of the last event that belongs to one: in projects of the kind `web`. */
  readonly visit?: Visit | undefined;
}

export interface IngestParts {
  readonly store: Store;
  readonly rate: Rate;
  readonly metrics: Metrics;
  readonly clock: () => number;
  /** Hears of new events after they are on disk. */
  readonly announce: (project: Project, events: readonly Event[]) => void;
}

export class Ingest {
  constructor(private readonly parts: IngestParts) {}

  get nowMs(): number {
    return this.parts.clock();
  }

  /** The project of a token. @throws Refused (401) */
  project(token: string): Project {
    const project = this.parts.store.projects.byToken(token);
    if (project) return project;
    // A number and nothing else: nobody vouches for the request, and it could fill the disk.
    this.parts.metrics.rejected.inc({ reason: 'unknown_token' });
    throw new Refused(401, 'invalid_api_key', 'no project has this api_key');
  }

  /**
   * Takes a batch. Resolves when it is on disk. A large one is built, judged and written in pieces, so
   * that it neither fills the memory nor holds up others; if it fails between them, the client sends
   * it again, and what was written is known by its uuid. The rest of what a client left before its answer (`hold`
   * knows) is not taken. @throws Refused, Unavailable
   */
  async take(project: Project, dialect: Dialect, batch: Batch, hold?: Hold): Promise<Taken> {
    checkKind(dialect, project);
    if (batch.length > REQUEST_EVENTS) throw tooManyEvents();
    if (!this.parts.rate.take(project.id, batch.length)) {
      throw new Refused(429, 'rate_limited', 'the project sends too much; try again in a minute');
    }
    const reasons: (Reason | undefined)[] = [];
    const twins = new Map<string, number>();
    let letters = REQUEST_LETTERS;
    let accepted = 0;
    let first: Event | undefined;
    let visit: Visit | undefined;
    for (let from = 0; from < batch.length; ) {
      if (from > 0) {
        await turn();
        hold?.check();
      }
      const sent = piece(batch, from);
      from += sent.length;
      const isPosthogPage = project.kind === 'web' && dialect.startsWith('posthog');
      const candidates = isPosthogPage ? sent.map((each) => settledPage(project.site, each)) : sent;
      // A clock that is wrong for a moment must not make everything too old.
      const steadyMs = this.parts.store.steadyMs(this.nowMs);
      const examined = examine(project, dialect, candidates, steadyMs, { twins, letters });
      letters -= examined.letters.length;
      accepted += examined.events.length;
      first ??= examined.events[0];
      for (const verdict of examined.verdicts) {
        const reason = typeof verdict === 'string' ? verdict : undefined;
        if (reason) this.parts.metrics.rejected.inc({ reason });
        reasons.push(reason);
      }
      visit = (await this.store(project, dialect, examined.events, examined.letters)) ?? visit;
    }
    return { accepted, rejected: batch.length - accepted, reasons, first, visit };
  }

  /**
   * Takes nothing of a batch, and says why: what was sent becomes dead letters. Resolves when they are on disk.
   * @throws Refused, Unavailable
   */
  async refuse(
    project: Project,
    dialect: Dialect,
    candidates: readonly Candidate[],
    reason: Reason,
  ): Promise<void> {
    if (!this.parts.rate.take(project.id, candidates.length)) {
      throw new Refused(429, 'rate_limited', 'the project sends too much; try again in a minute');
    }
    this.parts.metrics.rejected.inc({ reason }, candidates.length);
    const letters = candidates.map((each) => letterOf(project.id, dialect, each, reason));
    await this.store(project, dialect, [], letters);
  }

  /** The gate, as it would judge a batch now. */
  examine(project: Project, dialect: string, candidates: readonly Candidate[]): Examined {
    return examine(project, dialect, candidates, this.parts.store.steadyMs(this.nowMs));
  }

  private async store(
    project: Project,
    dialect: string,
    events: readonly Event[],
    letters: readonly DeadLetter[],
  ): Promise<Visit | undefined> {
    if (events.length + letters.length === 0) return undefined;
    const { store, metrics, announce } = this.parts;
    const { inserted, isNew, visit } = await store.append(project.id, events, letters, this.nowMs);
    metrics.accepted.inc({ dialect }, inserted);
    metrics.duplicates.inc({ dialect }, events.length - inserted);
    if (inserted > 0) {
      announce(
        project,
        inserted === events.length ? events : events.filter((_, index) => isNew[index]),
      );
    }
    return visit;
  }
}

/** The next events of a batch, of a bounded number and size. */
function piece(batch: Batch, from: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (let index = from, bytes = 0; index < batch.length; index++) {
    bytes += batch.size(index);
    if (candidates.length === CHUNK_EVENTS || (bytes > CHUNK_BYTES && index > from)) break;
    candidates.push(batch.at(index));
  }
  return candidates;
}
