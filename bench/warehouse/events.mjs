// Events that look like a year of a busy project: few ids do much, few pages are seen often. The same
// ones for the same seed.

const DAY = 86_400_000;
export const FROM = Date.UTC(2025, 10, 1);
export const TO = FROM + 365 * DAY;
const IDS = 50_000;

export const COLUMNS = [
  'path',
  'referrer',
  'country',
  'browser',
  'device',
  'os',
  'version',
  'command',
  'error_type',
]
  .map((name) => ({ name, type: 'text' }))
  .concat([
    { name: 'success', type: 'boolean' },
    { name: 'duration_ms', type: 'number' },
    { name: 'rest', type: 'text', json: true },
  ]);

/** Random numbers from 0 to 1 (mulberry32). */
export function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const COUNTRIES = ['US', 'DE', 'FR', 'GB', 'IN', 'BR', 'JP', 'NL'];
const BROWSERS = ['Chrome', 'Firefox', 'Safari', 'Edge'];
const DEVICES = ['desktop', 'mobile', 'tablet'];
const OSES = ['linux', 'macos', 'windows'];

/** The event of a number, of so many in the year; beyond it, of the last minute. */
export function eventAt(seq, events, random) {
  const skewed = (n, power) => Math.floor(random() ** power * n);
  const isLate = random() < 0.01;
  const share = Math.min(seq / events, 1 - 1e-9);
  const r = random();
  const event = r < 0.6 ? '$pageview' : r < 0.88 ? 'command_executed' : 'click';
  const isCommand = event === 'command_executed';
  // Four events of a session; of an id there are some a year.
  const session = `550e8400-e29b-41d4-a716-${seq >> 2}`;
  const success = isCommand ? random() < 0.95 : null;
  return {
    project: 1,
    seq: seq + 1,
    timeMs: Math.floor(FROM + share * (TO - FROM) - (isLate ? random() * DAY : 0)),
    event,
    distinctId: `id-${skewed(IDS, 2)}`,
    session,
    values: {
      path: `/page/${skewed(2000, 3)}`,
      referrer: `ref${skewed(300, 3)}.example`,
      country: COUNTRIES[skewed(8, 2)],
      browser: BROWSERS[skewed(4, 1)],
      device: DEVICES[skewed(3, 2)],
      os: OSES[skewed(3, 1)],
      version: `1.${skewed(12, 2)}.0`,
      command: isCommand ? `cmd${skewed(60, 2)}` : null,
      error_type: success === false ? `E${skewed(9, 1)}` : null,
      success,
      duration_ms: isCommand ? Math.floor(random() * 10_000) : null,
      // As SDKs send it: what is different in every session makes JSON slow to read.
      rest: `{"$lib":"web","$session_id":"${session}","a":${skewed(1000, 1)},"plan":"p${skewed(6, 1)}"}`,
    },
  };
}
