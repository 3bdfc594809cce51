// What was recorded, in the short form that tests compare.

import type { Host } from './host';

/** Waits for the shim and sends nothing: what is recorded is there when make ends. */
export const RECORD_ONLY = {
  ONRAMP_ANALYTICS_SYNC: '1',
  ONRAMP_ANALYTICS_SENDER: 'none',
  ONRAMP_ANALYTICS_TIMEOUT_MS: '30000',
};

/** An event and its own properties, without the common ones; a duration is only a number. */
export type Short = [event: string, properties: Record<string, unknown>];

/** Every event in the journal from the `from`th record on. */
export function recorded(host: Host, from = 0): Short[] {
  return host
    .records()
    .slice(from)
    .flatMap((record): Short[] => {
      if (!record?.event) return [];
      const { shim_version: _, ci: __, ...own } = record.properties as Record<string, unknown>;
      if ('duration_ms' in own) own.duration_ms = typeof own.duration_ms;
      return [[String(record.event), own]];
    });
}

/** The event of a command that ended by itself. */
export const executed = (command: string, success = true): Short => [
  'command_executed',
  { command, success, duration_ms: 'number' },
];

/** The two events of a command that failed. */
export const failed = (command: string): Short[] => [
  executed(command, false),
  ['error_occurred', { command, error_type: 'exit_2' }],
];
