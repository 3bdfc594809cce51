// Reads git's index: the paths git tracks, and whether a file's content is the one git has.
//
// Reading the file costs half a millisecond; asking git would cost two processes. The format is
// git's Documentation/gitformat-index.txt, versions 2 to 4. What is not understood here (a split or
// sparse index, SHA-256 names) is answered with undefined, and nothing counts as tracked.

import { closeSync, existsSync, readSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { crypto } from '../builtin';
import { systemCode } from '../errors';
import { openRegular, readRegular, readRegularText } from '../files/regular';

/** Tracked paths below the project (relative, with `/`), each with git's hash of its content. */
export type Index = ReadonlyMap<string, string>;

const NOTHING_ADDED = 'git has no file of the project yet (`git add` makes it known)';

const SIGNATURE = 'DIRC';
/** Offsets inside of an entry, in bytes. */
const AT = { mode: 24, hash: 40, flags: 60, path: 62 } as const;
/** `intentToAdd` is in the second flags: `git add -N` names a file without having it. */
const FLAG = { stage: 0x3000, extended: 0x4000, intentToAdd: 0x2000 } as const;
const CHECKSUM_BYTES = 20;
/** File, executable, link, submodule: what an entry can be. */
const MODES = [0o100644, 0o100755, 0o120000, 0o160000];
/** Extensions that move entries elsewhere. */
const ELSEWHERE = ['link', 'sdir'];

/** The repository's git folder and work tree, from the nearest parent that has one. */
function findRepository(folder: string): { gitDir: string; workTree: string } | undefined {
  let at = resolve(folder);
  for (;;) {
    const mark = join(at, '.git');
    if (existsSync(mark)) {
      if (statSync(mark).isDirectory()) return { gitDir: mark, workTree: at };
      const link = /^gitdir: (.*?)\s*$/.exec(readRegularText(mark))?.[1];
      return link === undefined ? undefined : { gitDir: resolve(at, link), workTree: at };
    }
    const parent = dirname(at);
    if (parent === at) return undefined;
    at = parent;
  }
}

/** Git's variable-length number of version 4: how much of the path before is not shared. */
function readOffset(bytes: Buffer, from: number): { value: number; next: number } {
  let next = from;
  let byte = bytes[next++]!;
  let value = byte & 0x7f;
  while (byte & 0x80) {
    byte = bytes[next++]!;
    value = ((value + 1) << 7) | (byte & 0x7f);
  }
  return { value, next };
}

function parseIndex(bytes: Buffer, prefix: string): Index | undefined {
  if (bytes.toString('latin1', 0, 4) !== SIGNATURE) return undefined;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const entries = new Map<string, string>();
  let at = 12;
  let path = '';
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    const start = at;
    if (!MODES.includes(bytes.readUInt32BE(start + AT.mode))) return undefined;
    const flags = bytes.readUInt16BE(start + AT.flags);
    let from = start + AT.path + (flags & FLAG.extended ? 2 : 0);
    let kept = '';
    if (version === 4) {
      const { value, next } = readOffset(bytes, from);
      kept = path.slice(0, path.length - value);
      from = next;
    }
    const end = bytes.indexOf(0, from);
    if (end < 0) return undefined;
    // latin1 keeps a path's bytes apart, as the offsets of version 4 count bytes.
    path = kept + bytes.toString('latin1', from, end);
    // Up to version 3, entries are padded with zeros to a multiple of eight bytes.
    at = version === 4 ? end + 1 : start + ((end - start + 8) & ~7);
    const isIntended =
      flags & FLAG.extended && bytes.readUInt16BE(start + AT.path) & FLAG.intentToAdd;
    if (flags & FLAG.stage || isIntended || !path.startsWith(prefix)) continue;
    const name = Buffer.from(path.slice(prefix.length), 'latin1').toString('utf8');
    entries.set(name, bytes.toString('hex', start + AT.hash, start + AT.flags));
  }
  while (at + 8 <= bytes.length - CHECKSUM_BYTES) {
    if (ELSEWHERE.includes(bytes.toString('latin1', at, at + 4))) return undefined;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  // SHA-256 names are longer: read as SHA-1, nothing ends where it should.
  return at === bytes.length - CHECKSUM_BYTES ? entries : undefined;
}

/** What git tracks below `root`; undefined without git or where its index is not understood. */
export function readIndex(root: string): Index | undefined {
  try {
    const repository = findRepository(root);
    if (!repository) return undefined;
    const inside = relative(repository.workTree, resolve(root)).split(sep).join('/');
    const prefix = Buffer.from(inside && `${inside}/`).toString('latin1');
    return parseIndex(readRegular(join(repository.gitDir, 'index')), prefix);
  } catch {
    return undefined;
  }
}

/**
 * Why git knows no file at `root`, in words; undefined when it knows some. Reads the head of the index alone:
 * that of a large repository takes long.
 */
export function whyNothingTracked(root: string): string | undefined {
  try {
    const repository = findRepository(root);
    if (!repository) return 'there is no git repository';
    const handle = openRegular(join(repository.gitDir, 'index'));
    const head = Buffer.alloc(12);
    try {
      readSync(handle, head, 0, head.length, 0);
    } finally {
      closeSync(handle);
    }
    return head.readUInt32BE(8) === 0 ? NOTHING_ADDED : undefined;
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? NOTHING_ADDED : undefined;
  }
}

/** Git's hash of a file's content. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
export function hashOf(content: Buffer): string {
  return crypto()
    .createHash('sha1')
    .update(`blob ${content.length}\0`)
    .update(content)
    .digest('hex');
}
