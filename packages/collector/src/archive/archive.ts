// What an archive is: files by name, in a folder or (later) a bucket. A file is there as a whole or not
// at all, whatever dies while it is written; that is all that the rest of this folder builds on.

/** A file that is being written. Nothing of it can be listed or opened before `commit`. */
export interface Upload {
  /** Adds bytes. They may be used again as soon as this resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the file appear, in place of one of that name. Resolves when it would survive a power cut. */
  commit(): Promise<void>;
  /** Gives it up. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** A file, as lists have it. */
export interface Listed {
  readonly path: string;
  readonly bytes: number;
}

/** A file that can be read in pieces: as Parquet readers do, from its end. */
export interface Content {
  readonly byteLength: number;
  /** The bytes from `start` up to, but without, `end`. @throws when there are fewer. */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
  close(): Promise<void>;
}

/**
 * Files by name. Every promise may reject with `ArchiveUnavailable`; a name that is none (empty, or
 * with `..`) is an error of the program.
 */
export interface Archive {
  /** Where it is, for people. */
  readonly place: string;
  /** Starts a file. One writer at a time: who writes holds a lease. */
  create(path: string): Promise<Upload>;
  /** The files whose names start with a prefix, in the order of their names' bytes. */
  list(prefix: string): AsyncIterable<Listed>;
  /** Opens a file; undefined when there is none. */
  open(path: string): Promise<Content | undefined>;
  /** Removes a file. It need not be there. */
  remove(path: string): Promise<void>;
  /** Removes folders without files below names that start with a prefix, where there are folders. */
  prune(prefix: string): Promise<void>;
  /** Removes what uploads left behind whose process died. Nobody may be writing. */
  tidy(): Promise<void>;
}

/** It cannot be read or written now. The message says what is the matter and what to do. */
export class ArchiveUnavailable extends Error {
  override name = 'ArchiveUnavailable';
}

/** Names of files: words of letters, digits and `=._-`, between slashes. No word starts with a dot. */
const PATH = /^[\w=-][\w=.-]*(\/[\w=-][\w=.-]*)*$/;

/** @throws when it cannot be the name of a file in any archive. */
export function checkPath(path: string): void {
  if (!PATH.test(path) || path.length > 500) throw new Error(`no name in an archive: ${path}`);
}

/** Writes a small file in one go. */
export async function put(archive: Archive, path: string, bytes: Uint8Array): Promise<void> {
  const upload = await archive.create(path);
  try {
    await upload.write(bytes);
    await upload.commit();
  } finally {
    await upload.discard();
  }
}

/** Reads a small file; undefined when there is none. */
export async function get(archive: Archive, path: string): Promise<Buffer | undefined> {
  const content = await archive.open(path);
  if (!content) return undefined;
  try {
    return Buffer.from(await content.slice(0));
  } finally {
    await content.close();
  }
}
