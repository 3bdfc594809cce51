// Ids that are being forgotten. From the moment that this is written down until it is done, nothing of them
// gets in, and nothing that names them: so what is to be looked through has an end, and nothing is looked
// for twice.

import type { Event } from '../../event.ts';
import type { Reach } from '../erasures.ts';
import { jsonWithoutIds, withoutIds } from '../naming.ts';
import type { ErasureTable, WrittenId } from './erasure-table.ts';

interface Ids {
  /** By distinct id. */
  readonly erasures: Map<string, WrittenId>;
  readonly reach: Map<string, Reach>;
}

export class Closed {
  private byProject = new Map<number, Ids>();

  constructor(private readonly table: ErasureTable) {
    this.reload();
  }

  /** Reads what is written down: after a change, and after one that was undone. */
  reload(): void {
    this.byProject = new Map();
    for (const erasure of this.table.ids()) {
      const { project, distinctId, reach } = erasure;
      const ids = this.byProject.get(project) ?? { erasures: new Map(), reach: new Map() };
      ids.erasures.set(distinctId, erasure);
      ids.reach.set(distinctId, reach);
      this.byProject.set(project, ids);
    }
  }

  /** The erasure of an id, while it is not done. */
  erasureOf(project: number, distinctId: string): WrittenId | undefined {
    return this.byProject.get(project)?.erasures.get(distinctId);
  }

  /** Whether anything of a project is being forgotten. */
  concerns(project: number): boolean {
    return this.byProject.has(project);
  }

  /** The event as it may be written; undefined: it may not. */
  admit<E extends Event>(project: number, event: E): E | undefined {
    const ids = this.byProject.get(project);
    if (!ids) return event;
    return ids.erasures.has(event.distinctId) ? undefined : withoutIds(event, ids.reach);
  }

  /** Properties as they may be written. */
  admitJson(project: number, json: string): string {
    const ids = this.byProject.get(project);
    return ids ? jsonWithoutIds(json, ids.reach) : json;
  }

  /** The erasures whose ids properties hold. */
  heldIn(project: number, json: string): WrittenId[] {
    const erasures = [...(this.byProject.get(project)?.erasures.values() ?? [])];
    return erasures.filter(
      ({ distinctId, reach }) => jsonWithoutIds(json, new Map([[distinctId, reach]])) !== json,
    );
  }
}
