// The smallest project that the shim works in, and the state files that tests begin with.

import { chownSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Host, makeHost } from './host';

/** The anonymous id of every test that does not ask for another. */
export const ID = '550e8400-e29b-41d4-a716-446655440000';

/** A state file that was enabled long ago: nothing is left to be said or made. */
export const lockOf = (enabled: string) =>
  `ANALYTICS_ENABLED=${enabled}\nANALYTICS_ID=${ID}\nANALYTICS_NOTICE_SHOWN=1\n`;

/** A user who is not root and owns nothing. */
export const NOBODY = 65_534;

/** Whether this process may act as another user. */
export const isRoot = process.getuid?.() === 0;

/** A project with a Makefile and, when given, a state file; the shim is not set up in it. */
export async function makeProject(lock?: string): Promise<Host> {
  const files = { Makefile: 'all: ; @echo done\n', ...(lock && { 'onramp.lock': lock }) };
  return makeHost({ files, init: false });
}

/** Gives a folder and all that is in it to a user. Only root can. */
export function giveAll(folder: string, uid: number): void {
  chownSync(folder, uid, uid);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), uid, uid);
  }
}

/** What is in a folder, git's own files left out: each path with its mode and content. */
export function snapshot(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const path of readdirSync(folder, { recursive: true }).map(String).sort()) {
    if (path === '.git' || path.startsWith('.git/')) continue;
    const file = join(folder, path);
    const stat = lstatSync(file);
    const content = stat.isFile()
      ? readFileSync(file, 'base64')
      : stat.isSymbolicLink()
        ? `-> ${readlinkSync(file)}`
        : 'folder';
    found[path] = `${stat.mode.toString(8)} ${stat.uid} ${content}`;
  }
  return found;
}
