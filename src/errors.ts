// The one kind of error that people see: it says what happened, what it means, and what to do.

/** Exit statuses of the command line. 1: the operation failed; 2: usage error. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/**
 * An error meant for a person. Everything else that is thrown is a defect, and is shown as one.
 * `message` is printed; `exitCode` is 1 (the operation failed) or 2 (usage error).
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    message: string,
    readonly exitCode: 1 | 2 = EXIT.failed,
  ) {
    super(message);
  }
}

/** The `code` of a Node system error (`ENOENT`, `EACCES` …), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a directory',
  ERR_FS_EISDIR: 'a file of it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ENOENT: 'it does not exist',
  ELOOP: 'too many symbolic links',
  EBADF: 'it is closed',
  EIO: 'an input/output error',
};

/** A system error in words, without the path or the system call that Node puts around it. */
export function reason(error: unknown): string {
  const code = systemCode(error);
  if (code) return REASONS[code] ?? code;
  return error instanceof Error ? error.message : String(error);
}
