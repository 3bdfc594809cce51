// Lines that say how far long work is: on a terminal one that changes, elsewhere one every ten seconds. They
// go to stderr, so that what a command prints can be piped.

const TERMINAL_MS = 200;
const ELSEWHERE_MS = 10_000;

/** Returns what is told how far it is; it says so when it is time. */
export function progress(): (text: string) => void {
  const { stderr } = process;
  let nextMs = performance.now() + (stderr.isTTY ? 0 : ELSEWHERE_MS);
  if (stderr.isTTY) process.once('exit', () => stderr.write('\r\x1b[K'));
  return (text) => {
    const nowMs = performance.now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + (stderr.isTTY ? TERMINAL_MS : ELSEWHERE_MS);
    stderr.write(stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  };
}

/** A number of bytes, for people. */
export const sizeText = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
