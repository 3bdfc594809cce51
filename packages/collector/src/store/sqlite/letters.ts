// Dead letters, for those who look into them: read on a thread, changed with the commits of everything else.

import type { Event } from '../../event.ts';
import type { DeadLetters, KeptLetter, LetterCounts } from '../records.ts';
import type { GroupCommit } from './commit.ts';
import type { LetterTable } from './dead-letters.ts';
import type { Reader } from './reading/reader.ts';
import type { Writer } from './writer.ts';

interface Parts {
  readonly letters: LetterTable;
  readonly writer: Writer;
  readonly commits: GroupCommit;
  readonly lists: Reader;
}

export class SqliteDeadLetters implements DeadLetters {
  constructor(private readonly parts: Parts) {}

  list(project: number | undefined, after: number, limit: number): Promise<KeptLetter[]> {
    return this.parts.lists.ask('letters', { project: project ?? 0, after, limit });
  }

  async get(id: number): Promise<KeptLetter | undefined> {
    return this.parts.letters.get(id);
  }

  counts(): LetterCounts {
    return this.parts.letters.counts();
  }

  delete(id: number): Promise<boolean> {
    const { commits, letters } = this.parts;
    return commits.add(1, () => letters.delete(id));
  }

  replaced(id: number, project: number, events: readonly Event[], nowMs: number): Promise<void> {
    const { commits, letters, writer } = this.parts;
    return commits.add(events.length + 1, () => {
      writer.write(project, events, [], nowMs);
      letters.delete(id);
    });
  }
}
