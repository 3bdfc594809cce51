// What somebody may see and do, once it is known who asks: everything, or one project. The wall between
// projects is here: who may see one of them is given a list of projects that has that one alone.

import '@fastify/cookie';
import type { Project } from '../event.ts';
import type { Projects } from '../store/records.ts';

export interface Access {
  /** read: sees. admin: also changes. */
  readonly scope: 'admin' | 'read';
  /** The one project that is seen; undefined: all. */
  readonly project: number | undefined;
  /** The number of the token that this came with or began with; undefined: the admin token of the settings. */
  readonly token: number | undefined;
  /** The session, if a cookie stands for the token. */
  readonly session: string | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the hooks of `Auth`, on routes that have one. */
    access: Access;
  }
}

/** Projects as somebody sees them. */
export type Visible = Pick<Projects, 'list' | 'byId' | 'find'>;

/** The projects that somebody may see. One that exists and one that does not look the same to others. */
export function visibleTo({ project }: Access, projects: Projects): Visible {
  if (project === undefined) return projects;
  const only = (found: Project | undefined) => (found?.id === project ? found : undefined);
  return {
    list: () => projects.list().filter(({ id }) => id === project),
    byId: (id) => only(projects.byId(id)),
    find: (key) => only(projects.find(key)),
  };
}
