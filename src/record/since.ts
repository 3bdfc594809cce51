// `--since`: a date, a moment, or how long ago.

import { EXIT, UserError } from '../errors';

const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;
const AGO = /^(\d{1,6})([mhdw])$/;
const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads it: `7d`, `12h`, `30m`, `2w`; `2026-11-01` (from the beginning of that day here), or a time
 * such as `2026-11-01T10:00`. @throws UserError
 */
export function parseSince(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count) return nowMs - Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  // A date alone would be read as UTC.
  const ms = MOMENT.test(text)
    ? Date.parse(text.includes('T') ? text : `${text}T00:00`)
    : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new UserError(
    '--since takes how long ago (30m, 12h, 7d, 2w), a day (2026-11-01) or a time (2026-11-01T10:00).',
    EXIT.usage,
  );
}
