// What a store keeps besides events: projects, dead letters, installations, settings, ended sessions.

import type { Kind } from '../../../schema/src/columns.ts';
import type { DeadLetter, Event, Project, Site } from '../event.ts';

export interface NewProject {
  readonly name: string;
  /** `cli` where it is missing. */
  readonly kind?: Kind;
  /** The first token to write with. Made up where it is missing. */
  readonly token?: string;
  readonly retentionDays: number;
  /** `UTC` where it is missing. */
  readonly timeZone?: string;
  readonly site?: Site;
}

/** A project that was made, with its token, which is seen this once. */
export type MadeProject = Project & { readonly token: string };

/** What of a project can be changed. */
export interface ProjectChanges {
  readonly name?: string;
  readonly kind?: Kind;
  readonly retentionDays?: number;
  readonly timeZone?: string;
  readonly site?: Site;
}

/**
 * Projects. Reading is from memory, because every request asks: what another process changed is seen
 * within five seconds.
 */
export interface Projects {
  /** Every project, the first one first. */
  list(): readonly Project[];
  /** The project that this token may write to. */
  byToken(token: string): Project | undefined;
  byId(id: number): Project | undefined;
  /** By its number or its name. Digits are a number first. */
  find(key: string): Project | undefined;
  /** The project of the kind `web` whose site has this key or this domain. */
  bySite(key: string): Project | undefined;
  /** @throws Conflict when the name or the token is taken */
  create(project: NewProject, nowMs: number): Promise<MadeProject>;
  /** @throws Conflict when the name is taken */
  update(id: number, changes: ProjectChanges): Promise<void>;
  /**
   * Deletes a project with everything that belongs to it. From the first moment it takes nothing and its
   * token is unknown; its number is never used again. Resolves with the id of the receipt when it is
   * gone from the store, or after `waitMs`: then it goes on. Consumers follow.
   */
  remove(id: number, waitMs?: number): Promise<string>;
}

/** A dead letter as it is kept. */
export interface KeptLetter extends DeadLetter {
  readonly id: number;
  readonly receivedMs: number;
}

/** How many dead letters there are. */
export interface LetterCounts {
  readonly kept: number;
  /** The newest of any project; what came with an unknown token is nobody's. null: there is none. */
  readonly newest: { readonly receivedMs: number; readonly reason: string } | null;
}

/** Dead letters: what was not taken, and why. Bounded in number for each project, in size and age. */
export interface DeadLetters {
  /** A page of letters with a higher id than `after`; of one project, or of all. */
  list(project: number | undefined, after: number, limit: number): Promise<KeptLetter[]>;
  get(id: number): Promise<KeptLetter | undefined>;
  /** From memory. */
  counts(): LetterCounts;
  delete(id: number): Promise<boolean>;
  /** Writes the events that became of a letter, and deletes it: both, or nothing. */
  replaced(id: number, project: number, events: readonly Event[], nowMs: number): Promise<void>;
}

/** An installation, as clients and admins see it. */
export interface Install {
  readonly installation_id: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly properties: unknown;
}

export interface Installs {
  get(project: number, id: string): Promise<Install | undefined>;
  /** A page of a project, in the order of the ids, after `after`. */
  list(project: number, after: string, limit: number): Promise<Install[]>;
  /** Creates it, or notes that it was seen again. `properties` (JSON) replaces what was there. */
  put(project: number, id: string, properties: string | null, nowMs: number): Promise<Put>;
  /**
   * Creates it, as seen from `firstMs` to `lastMs` if that is given; when it is there already, notes only
   * that it is seen now.
   */
  note(
    project: number,
    id: string,
    properties: string | null,
    nowMs: number,
    seen?: { readonly firstMs: number; readonly lastMs: number },
  ): Promise<Put>;
  delete(project: number, id: string): Promise<boolean>;
}
export interface Put {
  readonly isNew: boolean;
  readonly install: Install;
}

/** What a collector remembers of itself. A closed set; each has one line here. */
export type SettingName =
  /** The hash of the admin token that was made up at the first start. */
  | 'admin_token_hash'
  /** What cookies are signed with. */
  | 'session_secret'
  /** The number of the project of installers without a token, in 1.1. */
  | 'tokenless_project'
  /** The numbers of the projects of installers and of agents without a token. */
  | 'tokenless_installs'
  | 'tokenless_agents'
  /** What visitors without an id are told apart with, and the day that it is for. */
  | 'visitor_salt'
  /** What ids of visitors that name a person are hidden with. */
  | 'visitor_secret';

export interface Settings {
  get(name: SettingName): Promise<string | undefined>;
  set(name: SettingName, value: string): Promise<void>;
}

/** Sessions that were ended before their time: their cookies are signed, and would count until then. */
export interface EndedSessions {
  /** From memory: every request with a cookie asks. */
  has(id: string): boolean;
  /** Ends a session. It is remembered until `untilMs`, when its cookie ends by itself. */
  end(id: string, untilMs: number): Promise<void>;
}
