// Numbers and durations as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export type Unit = 'count' | 'ms' | 'percent';

/** A duration in few characters. Rounded first: 59.97 s is a minute, not 60.0 s. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${whole.format(ms)} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(ms / 60_000);
  return `${whole.format(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

/** A value in its unit. */
export function format(value: number, unit: Unit): string {
  if (unit === 'ms') return duration(value);
  return unit === 'percent' ? percent(value) : whole.format(value);
}

/** Text cut to a length. */
export function shorten(text: string, length: number): string {
  const letters = [...text];
  return letters.length <= length ? text : `${letters.slice(0, length - 1).join('')}…`;
}
