// Counts the processes that collect for a project, again and again, in a process of its own: the one
// that starts the commands stands still while they run. A process collects from when it holds the lease
// until it gives it back or is gone: one that has just started, or is about to exit, touches nothing. One
// that was seen to hold it, and not to give it back, counts beside its successor as long as it is there.
// Says at its end how many processes there were, and how many collected at once at most.
//
//   node bench/collectors.mjs ROOT

import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = realpathSync(process.argv[2]);
const LEASES = join(root, '.git/onramp-analytics/leases');
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

/** The process that holds the lease: its number, 0 for nobody; undefined where it is just changing hands. */
function holder() {
  try {
    const numbers = readdirSync(LEASES).map((name) =>
      Number(/^collect\.(\d+)$/.exec(name)?.[1] ?? 0),
    );
    const text = readFileSync(join(LEASES, `collect.${Math.max(0, ...numbers)}`), 'utf8');
    return text === 'free' ? 0 : JSON.parse(text).pid;
  } catch {
    return undefined;
  }
}

/** Those that collect: number → name. */
const collecting = new Map();

function look() {
  looks += 1;
  for (const pid of readdirSync('/proc')) {
    const name = /^\d+$/.test(pid) && collector(pid);
    if (name) seen.add(name);
  }
  const pid = holder();
  if (pid === 0) collecting.clear();
  const name = pid && collector(pid);
  if (name) collecting.set(pid, name);
  for (const [each, known] of collecting) if (collector(each) !== known) collecting.delete(each);
  most = Math.max(most, collecting.size);
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
