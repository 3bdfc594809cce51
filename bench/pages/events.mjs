// A year of a busy project that is driven by make: few machines do much, few services are used by many;
// versions follow each other.

import { anyEvent } from '../collector/events.mjs';

const YEAR_MS = 365 * 86_400_000;
const VERSIONS = ['1.6.0', '1.7.0', '1.8.0', '1.8.1', '1.9.0', '1.9.2', '1.10.0'];
const OSES = ['linux', 'darwin', 'win32'];

/** Makes events one after the other, so many until now. */
export function yearOf(ids, events) {
  const now = Date.now();
  let made = 0;
  return () => {
    made += 1;
    const share = Math.min(1, made / events);
    const who = Math.floor(Math.random() ** 2 * ids.length);
    const event = anyEvent([ids[who]], now - (1 - share) * YEAR_MS);
    // A machine is what it is, and most are up to date.
    event.properties.os = OSES[who % 7 < 4 ? 0 : who % 7 < 6 ? 1 : 2];
    const late = Math.floor(Math.random() ** 3 * 4);
    event.properties.shim_version =
      VERSIONS[Math.max(0, Math.floor(share * (VERSIONS.length - 1)) - late)];
    return event;
  };
}
