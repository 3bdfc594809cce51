// Numbers, durations and dates as people read them, in the language of their browser.

const LANGUAGES = typeof navigator === 'undefined' ? ['en'] : [...navigator.languages];

function inLanguages<T>(make: (languages: string[]) => T): T {
  try {
    return make(LANGUAGES);
  } catch {
    return make(['en']); // A browser may be set to what is no language.
  }
}

const whole = inLanguages((of) => new Intl.NumberFormat(of, { maximumFractionDigits: 0 }));
const tenth = inLanguages(
  (of) => new Intl.NumberFormat(of, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
);
const short = inLanguages(
  (of) => new Intl.NumberFormat(of, { notation: 'compact', maximumFractionDigits: 1 }),
);

export type Unit = 'count' | 'ms' | 'percent';

/** A duration in few characters. Rounded first: 59.97 s is a minute, not 60.0 s. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${whole.format(ms)} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${tenth.format(tenths / 10)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(ms / 60_000);
  return `${whole.format(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

export function percent(share: number): string {
  const value = share * 100;
  // Rounded first: 9.96 % is 10 %, not 10.0 %.
  return `${(value > 0 && Math.round(value * 10) < 100 ? tenth : whole).format(value)} %`;
}

/** Points of percent: 4, or 4.5. */
export const pointsText = (points: number): string =>
  (Number.isInteger(points) ? whole : tenth).format(points);

/** A value in its unit. */
export function format(value: number, unit: Unit): string {
  if (unit === 'ms') return duration(value);
  return unit === 'percent' ? percent(value) : whole.format(value);
}

/** "1 event", "2 events". */
export const eventsInWords = (count: number): string =>
  `${whole.format(count)} ${count === 1 ? 'event' : 'events'}`;

/** A count in few characters, for axes: 12K. */
export const compact = (value: number): string => short.format(value);

/** Days in words, both included: "1 – 31 May 2026". What they have in common is said once. */
export function daysInWords(from: string, to: string): string {
  const options = { dateStyle: 'medium', timeZone: 'UTC' } as const;
  return (
    inLanguages((of) => new Intl.DateTimeFormat(of, options))
      .formatRange(Date.parse(from), Date.parse(to))
      // Where it has to be broken, then between the two.
      .replaceAll(/\s/g, '\u00a0')
      .replaceAll('–\u00a0', '– ')
  );
}

/** An instant in a time zone, with these parts. */
export function instant(
  ms: number,
  zone: string,
  options: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'medium' },
): string {
  return inLanguages((of) => new Intl.DateTimeFormat(of, { ...options, timeZone: zone })).format(
    ms,
  );
}

/** "Berlin (GMT+1)": a time zone, and how far it is from UTC at an instant. */
export function zoneInWords(zone: string, ms: number): string {
  if (zone === 'UTC') return zone;
  const options = { timeZone: zone, timeZoneName: 'shortOffset' } as const;
  const offset = inLanguages((of) => new Intl.DateTimeFormat(of, options))
    .formatToParts(ms)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return `${zone.split('/').at(-1)!.replaceAll('_', ' ')} (${offset})`;
}

/** "2 min ago": part of a sentence, so in the language of the page. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h ago`;
  return `${whole.format(Math.round(seconds / 86_400))} days ago`;
}

/** A field's value in words: what is blank is said to be. */
export function valueInWords(value: string | number | boolean | null): string {
  if (value === null) return '(none)';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = String(value);
  return text.trim() === '' ? '(empty)' : text;
}

/** Text cut to a length. */
export function shorten(text: string, length: number): string {
  const letters = [...text];
  return letters.length <= length ? text : `${letters.slice(0, length - 1).join('')}…`;
}
