// The one way in: gate → store → acknowledged → live feed. Every dialect calls `take`.

import type { Candidate, DeadLetter, Event, Project, Reason } from './event.ts';
import { type Examined, examine } from './gate/gate.ts';
import type { Rate } from './gate/rate.ts';
import { Refused } from './http/body.ts';
import { REQUEST_EVENTS } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Store } from './store/store.ts';

/** What became of each event of a batch, in order. */
export type Outcome = { ok: true; event: Event; isNew: boolean } | { ok: false; reason: Reason };

export interface Taken {
  readonly outcomes: Outcome[];
  readonly accepted: number;
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

  /** The project of a token. @throws Refused (401), and keeps the reason as a dead letter. */
  async project(token: string, dialect: string): Promise<Project> {
    const project = this.parts.store.projects.byTokenOf(token);
    if (project) return project;
    this.parts.metrics.rejected.inc({ reason: 'unknown_token' });
    await this.parts.store.write(
      null,
      [],
      // Nothing of the request: nobody vouches for it, and it could fill the disk.
      [{ projectId: null, dialect, reason: 'unknown_token', payload: null, distinctId: null }],
      this.nowMs,
    );
    throw new Refused(401, 'invalid_api_key', 'no project has this api_key');
  }

  /** Takes a batch. Resolves when it is on disk. @throws Refused, Unavailable */
  async take(project: Project, dialect: string, candidates: readonly Candidate[]): Promise<Taken> {
    if (candidates.length > REQUEST_EVENTS) {
      throw new Refused(413, 'payload_too_large', 'the request has too many events');
    }
    if (!this.parts.rate.take(project.id, candidates.length)) {
      throw new Refused(429, 'rate_limited', 'the project sends too much; try again in a minute');
    }
    const { events, letters, verdicts } = this.examine(project, dialect, candidates);
    const isNew = await this.store(project, dialect, events, letters);
    let at = 0;
    const outcomes = verdicts.map(
      (verdict): Outcome =>
        typeof verdict === 'string'
          ? { ok: false, reason: verdict }
          : { ok: true, event: verdict, isNew: isNew[at++]! },
    );
    return { outcomes, accepted: events.length };
  }

  /** The gate, as it would judge a batch now. */
  examine(project: Project, dialect: string, candidates: readonly Candidate[]): Examined {
    return examine(project, dialect, candidates, this.nowMs);
  }

  /** Stores what the gate made of a batch. Says of each event whether it was new. */
  async store(
    project: Project,
    dialect: string,
    events: readonly Event[],
    letters: readonly DeadLetter[] = [],
  ): Promise<readonly boolean[]> {
    const { store, metrics, announce } = this.parts;
    const { inserted, isNew } = await store.write(project.id, events, letters, this.nowMs);
    metrics.accepted.inc({ dialect }, inserted);
    metrics.duplicates.inc({ dialect }, events.length - inserted);
    for (const { reason } of letters) metrics.rejected.inc({ reason });
    if (inserted > 0) {
      announce(
        project,
        inserted === events.length ? events : events.filter((_, index) => isNew[index]),
      );
    }
    return isNew;
  }
}
