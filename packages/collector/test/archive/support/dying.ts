// An archive whose process dies.

import type { Archive, Upload } from '../../../src/archive/archive.ts';

export class Died extends Error {}
/** What a real death would have closed. */
const opened: Upload[] = [];
export async function closeOpened(): Promise<void> {
  for (const upload of opened.splice(0)) await upload.discard();
}

/** An archive whose process dies before the n-th thing that it does, or after it. */
export function dying(archive: Archive, at: number): Archive {
  let step = 0;
  const mortal = async <T>(work: () => Promise<T>): Promise<T> => {
    if (step++ === at) throw new Died();
    const result = await work();
    if (step++ === at) throw new Died();
    return result;
  };
  const mortalUpload = (upload: Upload): Upload => ({
    write: (bytes) => mortal(() => upload.write(bytes)),
    commit: () => mortal(() => upload.commit()),
    // Who is dead tidies nothing up.
    discard: async () => undefined,
  });
  return {
    place: archive.place,
    create: (path) =>
      mortal(async () => {
        const upload = await archive.create(path);
        opened.push(upload);
        return mortalUpload(upload);
      }),
    list: (prefix) => archive.list(prefix),
    open: (path) => archive.open(path),
    remove: (path) => mortal(() => archive.remove(path)),
    prune: (prefix) => mortal(() => archive.prune(prefix)),
    tidy: () => archive.tidy(),
  };
}
