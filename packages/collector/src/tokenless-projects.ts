// The projects of clients without a token: one of each kind that has such clients, made when the first of
// them comes. The admin may give them other names, and delete them: they are made again.

import type { Kind } from '../../schema/src/columns.ts';
import type { Project } from './event.ts';
import type { Store } from './store/store.ts';

const SETTINGS = { installs: 'tokenless_installs', agents: 'tokenless_agents' } as const;

/** Kinds of project that may be written to without a token. */
export type TokenlessKind = keyof typeof SETTINGS & Kind;

export class TokenlessProjects {
  private readonly making = new Map<TokenlessKind, Promise<Project>>();

  private constructor(
    private readonly store: Store,
    private readonly ids: Map<TokenlessKind, number>,
    private readonly retentionDays: number,
    private readonly clock: () => number,
  ) {}

  /** Reads which projects they are. That of 1.1, which took both, becomes the one of installers. */
  static async open(
    store: Store,
    retentionDays: number,
    clock: () => number,
  ): Promise<TokenlessProjects> {
    const { settings, projects } = store;
    const old = projects.byId(Number(await settings.get('tokenless_project')));
    if (old && (await settings.get(SETTINGS.installs)) === undefined) {
      if (old.kind === 'cli') await projects.update(old.id, { kind: 'installs' });
      await settings.set(SETTINGS.installs, String(old.id));
    }
    const ids = new Map<TokenlessKind, number>();
    for (const kind of Object.keys(SETTINGS) as TokenlessKind[]) {
      ids.set(kind, Number((await settings.get(SETTINGS[kind])) ?? 0));
    }
    return new TokenlessProjects(store, ids, retentionDays, clock);
  }

  /** The project of a kind, if it is there. */
  known(kind: TokenlessKind): Project | undefined {
    return this.store.projects.byId(this.ids.get(kind) ?? 0);
  }

  /** The project of a kind. @throws Unavailable when it has to be made, and cannot be */
  async of(kind: TokenlessKind): Promise<Project> {
    const known = this.known(kind);
    if (known) return known;
    // One for all who come at once.
    let making = this.making.get(kind);
    if (!making) {
      making = this.make(kind).finally(() => this.making.delete(kind));
      this.making.set(kind, making);
    }
    return making;
  }

  private async make(kind: TokenlessKind): Promise<Project> {
    const { projects, settings } = this.store;
    let name: string = kind;
    for (let n = 2; projects.find(name); n++) name = `${kind} ${n}`;
    const made = await projects.create(
      { name, kind, retentionDays: this.retentionDays },
      this.clock(),
    );
    await settings.set(SETTINGS[kind], String(made.id));
    this.ids.set(kind, made.id);
    return made;
  }
}
