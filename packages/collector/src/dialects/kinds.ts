// Which dialect writes into projects of which kinds: an installer's event in a project of commands would
// be counted among them.

import type { Kind } from '../../../schema/src/columns.ts';
import type { Project } from '../event.ts';
import { Refused } from '../http/refused.ts';

/** How a request is spoken. */
export type Dialect =
  | 'posthog-v0'
  | 'posthog-v1'
  | 'telemetry'
  | 'installs'
  | 'littlestats'
  | 'plausible';

const SDKS: readonly Kind[] = ['cli', 'agents', 'web', 'product'];

const KINDS: Readonly<Record<Dialect, readonly Kind[]>> = {
  'posthog-v0': SDKS,
  'posthog-v1': SDKS,
  telemetry: ['cli', 'agents'],
  installs: ['installs'],
  littlestats: ['web'],
  plausible: ['web'],
};

/** @throws Refused (403) when a project is not of a kind that a dialect writes into. */
export function checkKind(dialect: Dialect, { kind }: Project): void {
  const kinds = KINDS[dialect];
  if (kinds.includes(kind)) return;
  throw new Refused(
    403,
    'wrong_kind',
    `this api_key is of a project of the kind ${kind}; use one of the kind ${kinds.join(', ')}`,
  );
}
