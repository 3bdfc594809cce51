// Counts the processes that collect for a project, again and again, in a process of its own: the one
// that starts the commands stands still while they run. Says at its end how many there were, and how
// many at once at most.
//
//   node bench/collectors.mjs ROOT

import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';

const root = realpathSync(process.argv[2]);
const PAUSE_MS = 3;
const seen = new Set();
let most = 0;
let looks = 0;

const startOf = (pid) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[19];

/** The name of a collecting process that is there now, unique for ever; undefined for all others. */
function collector(pid) {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const at = words.indexOf('collect');
    if (at < 0 || !basename(words[0]).startsWith('node')) return undefined;
    if (!words.slice(1, at).some((word) => basename(word) === 'onramp-analytics')) return undefined;
    if (readlinkSync(`/proc/${pid}/cwd`) !== root) return undefined;
    return `${pid} ${startOf(pid)}`;
  } catch {
    return undefined; // It is gone.
  }
}

function look() {
  looks += 1;
  const now = [];
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const name = collector(pid);
    if (name) now.push([pid, name]);
  }
  // Those that are still there, after the last of them was seen, were there at the same time.
  const together = now.filter(([pid, name]) => collector(pid) === name);
  for (const [, name] of now) seen.add(name);
  most = Math.max(most, together.length);
}

const timer = setInterval(look, PAUSE_MS);
process.on('message', () => {
  clearInterval(timer);
  look();
  process.send({ processes: seen.size, atOnce: most, looks });
  process.disconnect();
});
process.on('disconnect', () => process.exit());
process.send('ready');
