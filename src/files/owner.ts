// Under sudo, files belong to whoever owns the project, not to root.

import { chownSync, lchownSync, statSync } from 'node:fs';

/** Gives `path` to the owner of `like`. Only root can, and only root needs it; never throws. */
export function giveToOwnerOf(like: string, path: string): void {
  if (process.geteuid?.() !== 0) return;
  try {
    const { uid, gid } = statSync(like);
    lchownSync(path, uid, gid);
  } catch {
    // A file system without owners: nothing to keep.
  }
}

/** Gives an open file's path the exact owner of another stat; never throws. */
export function giveTo(owner: { uid: number; gid: number }, path: string): void {
  if (process.geteuid?.() !== 0) return;
  try {
    chownSync(path, owner.uid, owner.gid);
  } catch {
    // As above.
  }
}
