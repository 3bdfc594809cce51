// CSV: breakdown columns each for themselves, everything else as JSON in the last one.

import type { Event } from '../event.ts';
import { formatUuid } from '../gate/uuid.ts';

export const CSV_COLUMNS = [
  'uuid',
  'event',
  'distinct_id',
  'timestamp',
  'service_name',
  'override_name',
  'command',
  'success',
  'duration_ms',
  'error_type',
  'has_scaffold',
  'os',
  'node_version',
  'package_manager',
  'shim_version',
  'ci',
  'properties',
];

/** The values of an event, in the order of the columns. */
export function csvValues(event: Event): unknown[] {
  return [
    formatUuid(event.uuid),
    event.name,
    event.distinctId,
    new Date(event.timeMs).toISOString(),
    event.service,
    event.override,
    event.command,
    event.success,
    event.durationMs,
    event.errorType,
    event.hasScaffold,
    event.os,
    event.node,
    event.packageManager,
    event.version,
    event.ci,
    event.rest,
  ];
}
