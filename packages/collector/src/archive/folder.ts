// An archive in a folder. A file is written under another name, synced, and renamed; then the folders
// above it are synced, because a new name is on the disk only when its folder is.

import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import {
  type Archive,
  ArchiveUnavailable,
  type Content,
  checkPath,
  type Listed,
  type Upload,
} from './archive.ts';

/** Where files are before they are whole. Names of files never start with a dot. */
const UPLOADS = '.uploads';

const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read or written: mend its owner and mode',
  EPERM: 'it may not be read or written: mend its owner and mode',
  EROFS: 'it is mounted for reading only',
  ENOSPC: 'the disk is full: make room',
  EDQUOT: 'the quota is used up: make room',
  ENOTDIR: 'a file is where a folder should be',
  EIO: 'the disk cannot be read or written',
};

export class FolderArchive implements Archive {
  readonly place: string;

  constructor(folder: string) {
    this.place = resolve(folder);
  }

  create(path: string): Promise<Upload> {
    checkPath(path);
    return this.guarded(async () => {
      const uploads = join(this.place, UPLOADS);
      await makeFolder(uploads, this.place);
      const unfinished = join(uploads, randomUUID());
      const file = await open(unfinished, 'wx', 0o600);
      return new FolderUpload(this, file, unfinished, join(this.place, path));
    });
  }

  async *list(prefix: string): AsyncGenerator<Listed> {
    // Only the folders that the prefix may be in.
    const top = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    yield* this.walk(join(this.place, top), prefix);
  }

  open(path: string): Promise<Content | undefined> {
    checkPath(path);
    return this.guarded(async () => {
      const file = await open(join(this.place, path)).catch(unlessMissing);
      if (!file) return undefined;
      const about = await file.stat();
      if (!about.isFile()) {
        await file.close();
        return undefined;
      }
      const { size } = about;
      return {
        byteLength: size,
        slice: (start, end = size) => this.guarded(() => pieceOf(file, path, start, end)),
        close: () => file.close(),
      };
    });
  }

  remove(path: string): Promise<void> {
    checkPath(path);
    return this.guarded(async () => {
      const file = join(this.place, path);
      await rm(file, { force: true });
      await syncFolder(dirname(file)).catch(unlessMissing);
    });
  }

  prune(prefix: string): Promise<void> {
    return this.guarded(async () => {
      const entries = await readdir(this.place, { withFileTypes: true }).catch(unlessMissing);
      for (const entry of entries ?? []) {
        if (!entry.isDirectory() || !entry.name.startsWith(prefix)) continue;
        if (await removeEmpty(join(this.place, entry.name))) await syncFolder(this.place);
      }
    });
  }

  tidy(): Promise<void> {
    return this.guarded(() => rm(join(this.place, UPLOADS), { recursive: true, force: true }));
  }

  /** Says what is wrong with the folder, instead of which call failed. */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const meaning = MEANINGS[code ?? ''];
      throw meaning || code
        ? new ArchiveUnavailable(
            `the archive in ${this.place} cannot be used: ${meaning ?? message} (${code})`,
            { cause: error },
          )
        : error;
    }
  }

  private async *walk(folder: string, prefix: string): AsyncGenerator<Listed> {
    const entries = await this.guarded(() =>
      readdir(folder, { withFileTypes: true }).catch(unlessMissing),
    );
    // As if the whole names were sorted: a folder stands where its name with a slash would.
    const sorted = (entries ?? [])
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) => ({ entry, key: entry.isDirectory() ? `${entry.name}/` : entry.name }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { entry } of sorted) {
      const file = join(folder, entry.name);
      const path = relative(this.place, file).split(sep).join('/');
      if (entry.isDirectory()) {
        if (`${path}/`.startsWith(prefix) || prefix.startsWith(`${path}/`)) {
          yield* this.walk(file, prefix);
        }
      } else if (path.startsWith(prefix)) {
        const found = await this.guarded(() => stat(file).catch(unlessMissing));
        if (found) yield { path, bytes: found.size };
      }
    }
  }
}

class FolderUpload implements Upload {
  private isOver = false;

  constructor(
    private readonly archive: FolderArchive,
    private readonly file: FileHandle,
    private readonly unfinished: string,
    private readonly target: string,
  ) {}

  write(bytes: Uint8Array): Promise<void> {
    return this.archive.guarded(async () => {
      for (let at = 0; at < bytes.length; ) {
        at += (await this.file.write(bytes, at)).bytesWritten;
      }
    });
  }

  commit(): Promise<void> {
    return this.archive.guarded(async () => {
      await this.file.sync();
      await this.file.close();
      const folder = dirname(this.target);
      await makeFolder(folder, this.archive.place);
      await rename(this.unfinished, this.target);
      this.isOver = true;
      await syncFolder(folder);
    });
  }

  async discard(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    await this.file.close().catch(() => undefined);
    await rm(this.unfinished, { force: true });
  }
}

/** Like `mkdir -p`, down from `top`, which is made too; every name is on the disk afterwards. */
async function makeFolder(folder: string, top: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = folder; at.length >= Math.min(first.length, top.length); at = dirname(at)) {
    await syncFolder(dirname(at));
    if (dirname(at) === at) break;
  }
}

/** Removes a folder in which there are only folders. Says whether it did. */
async function removeEmpty(folder: string): Promise<boolean> {
  let isEmpty = true;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const isGone = entry.isDirectory() && (await removeEmpty(join(folder, entry.name)));
    isEmpty &&= isGone;
  }
  if (isEmpty) await rmdir(folder);
  return isEmpty;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function pieceOf(
  file: FileHandle,
  path: string,
  start: number,
  end: number,
): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) throw new Error(`${path} is shorter than it was`);
    at += bytesRead;
  }
  return bytes.buffer;
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
