// Numbers and durations as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export type Unit = 'count' | 'ms' | 'percent';

export function duration(ms: number): string {
  if (ms < 1_000) return `${whole.format(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return `${whole.format(minutes)} min ${Math.round((ms % 60_000) / 1_000)} s`;
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
