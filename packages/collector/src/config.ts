// Configuration: environment variables, each checked at start. docs/collector.md describes them.

import { isIP } from 'node:net';
import { z } from 'zod';
import { KINDS, type Kind } from '../../schema/src/columns.ts';
import { isLoopback } from '../../schema/src/loopback.ts';

const flag = <Fallback extends boolean | undefined>(fallback: Fallback) =>
  z
    .enum(['0', '1', 'true', 'false', 'yes', 'no', 'on', 'off'], 'use 1 or 0')
    .optional()
    .transform((value) => (value === undefined ? fallback : /^(1|true|yes|on)$/.test(value)));

const whole = (fallback: number, min: number, max: number) => {
  const words = `use a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, words)
    .transform(Number)
    .refine((value) => value >= min && value <= max, words)
    .optional()
    .transform((value) => value ?? fallback);
};

/** Proxies in front: how many of them, or the networks they are in. */
export type Proxies = false | number | string[];

const NETWORK_NAMES = ['loopback', 'linklocal', 'uniquelocal'];
const PROXY_WORDS =
  'use the number of reverse proxies in front, such as 1, or their networks, such as 10.0.0.0/8';

function isNetwork(text: string): boolean {
  if (NETWORK_NAMES.includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const size = isIP(address) === 4 ? 32 : 128;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= size);
  return isIP(address) !== 0 && fits && more.length === 0 && bits !== '0';
}

const proxies = z
  .string()
  // Whoever believes every proxy believes every client: it may write any address into the header.
  .refine(
    (text) => !/^(true|yes|on|all|\*)$/i.test(text),
    `true would believe anybody; ${PROXY_WORDS}`,
  )
  .refine(
    (text) =>
      /^(\d|1\d|no|off|false)$/.test(text) ||
      text.split(',').every((each) => isNetwork(each.trim())),
    PROXY_WORDS,
  )
  .optional()
  .transform((text = '0'): Proxies => {
    if (/^(0|no|off|false)$/.test(text)) return false;
    return /^\d+$/.test(text) ? Number(text) : text.split(',').map((each) => each.trim());
  });

const schema = z.strictObject({
  COLLECTOR_HOST: z
    .string()
    .refine((host) => host === 'localhost' || isIP(host) !== 0, 'use an address, or localhost')
    .default('127.0.0.1'),
  COLLECTOR_PORT: whole(8010, 0, 65_535),
  COLLECTOR_DATA: z.string().default('./collector-data'),
  COLLECTOR_ADMIN_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,128}$/, 'use 16 to 128 printable ASCII characters without spaces')
    .optional(),
  COLLECTOR_PROJECT: z
    .string()
    .regex(
      /^(?=.*[A-Za-z_-])(?! )[\w .-]{1,64}(?<! )$/,
      'use up to 64 letters, digits, . _ -, with spaces between them; not digits or dots alone',
    )
    .default('default'),
  COLLECTOR_PROJECT_KIND: z.enum(KINDS, `use ${KINDS.join(', ')}`).default('cli'),
  COLLECTOR_PROJECT_TOKEN: z
    .string()
    .regex(/^(?!phx_)[\w-]{8,64}$/, 'use 8 to 64 letters, digits, _ or -; not phx_…')
    .optional(),
  COLLECTOR_RETENTION_DAYS: whole(365, 1, 36_500),
  // Gone since 1.2: it published every project, in numbers that could be subtracted.
  COLLECTOR_PUBLIC: z
    .string()
    .refine(
      (text) => /^(0|false|no|off)$/.test(text),
      'there is no such variable any more, and nothing is published by it. Remove it, and publish a project with PATCH /api/v1/projects/ID {"public": true}; see docs/published.md',
    )
    .optional(),
  COLLECTOR_ARCHIVE: z.string().optional(),
  COLLECTOR_ARCHIVE_MONTHS: whole(24, 0, 1_200),
  COLLECTOR_ANONYMOUS: flag(undefined),
  COLLECTOR_TRUST_PROXY: proxies,
  COLLECTOR_COUNTRY_HEADER: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'use the name of a header, such as CF-IPCountry')
    .optional(),
  COLLECTOR_RATE_ADDRESS: whole(300_000, 0, 1e9),
  COLLECTOR_RATE_PROJECT: whole(6_000_000, 0, 1e9),
  COLLECTOR_REQUEST_TIMEOUT_MS: whole(30_000, 100, 600_000),
  COLLECTOR_DASHBOARD: z.string().optional(),
  COLLECTOR_WAREHOUSE: z.enum(['duckdb', 'none'], 'use duckdb or none').default('duckdb'),
  COLLECTOR_WAREHOUSE_MEMORY_MB: whole(150, 100, 1_000_000),
  COLLECTOR_LOG: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'], 'use silent, error, warn, info or debug')
    .default('warn'),
});

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly adminToken: string | undefined;
  readonly project: string;
  readonly projectKind: Kind;
  readonly projectToken: string | undefined;
  readonly retentionDays: number;
  /** Raw events are archived here; undefined: nowhere. */
  readonly archiveFolder: string | undefined;
  /** How long the archive keeps them; 0: for ever. */
  readonly archiveMonths: number;
  readonly isAnonymousAllowed: boolean;
  readonly trustProxy: Proxies;
  /** The header in which the trusted proxy says a visitor's country, in small letters. */
  readonly countryHeader: string | undefined;
  readonly ratePerAddress: number;
  readonly ratePerProject: number;
  readonly requestTimeoutMs: number;
  readonly dashboardFolder: string | undefined;
  readonly warehouse: 'duckdb' | 'none';
  readonly warehouseMemoryMb: number;
  readonly logLevel: string;
}

/** A mistake of the operator: shown without a stack. */
export class UserError extends Error {
  override name = 'UserError';
}

/** What was given, to be seen beside what is expected; of a token, only that it was. */
function given(all: Record<string, string | undefined>, name: string): string {
  if (name.endsWith('_TOKEN')) return '';
  return `, not: ${(all[name] ?? '').slice(0, 60)}`;
}

/** Reads the configuration. An empty variable counts as unset. @throws UserError */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const all = Object.fromEntries(
    Object.entries(env).filter(([key, value]) => key.startsWith('COLLECTOR_') && value !== ''),
  );
  const parsed = schema.safeParse(all);
  if (!parsed.success) {
    const lines = parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map(
            (key) => `${key}: there is no such setting; remove it, or correct its name`,
          )
        : [
            `${issue.path.join('.')}: ${issue.message}${/^use/.test(issue.message) ? given(all, String(issue.path[0])) : ''}`,
          ],
    );
    throw new UserError(
      `the settings are wrong, so nothing was done:\n  ${lines.join('\n  ')}\ndocs/collector.md describes each`,
    );
  }
  const { data } = parsed;
  return {
    host: data.COLLECTOR_HOST,
    port: data.COLLECTOR_PORT,
    dataFolder: data.COLLECTOR_DATA,
    adminToken: data.COLLECTOR_ADMIN_TOKEN,
    project: data.COLLECTOR_PROJECT,
    projectKind: data.COLLECTOR_PROJECT_KIND,
    projectToken: data.COLLECTOR_PROJECT_TOKEN,
    retentionDays: data.COLLECTOR_RETENTION_DAYS,
    archiveFolder: data.COLLECTOR_ARCHIVE,
    archiveMonths: data.COLLECTOR_ARCHIVE_MONTHS,
    // Behind a proxy, loopback is not this machine alone.
    isAnonymousAllowed:
      data.COLLECTOR_ANONYMOUS ??
      (isLoopback(data.COLLECTOR_HOST) && data.COLLECTOR_TRUST_PROXY === false),
    trustProxy: data.COLLECTOR_TRUST_PROXY,
    // Without a proxy, whoever asks would say it.
    countryHeader:
      data.COLLECTOR_TRUST_PROXY === false
        ? undefined
        : data.COLLECTOR_COUNTRY_HEADER?.toLowerCase(),
    ratePerAddress: data.COLLECTOR_RATE_ADDRESS,
    ratePerProject: data.COLLECTOR_RATE_PROJECT,
    requestTimeoutMs: data.COLLECTOR_REQUEST_TIMEOUT_MS,
    dashboardFolder: data.COLLECTOR_DASHBOARD,
    warehouse: data.COLLECTOR_WAREHOUSE,
    warehouseMemoryMb: data.COLLECTOR_WAREHOUSE_MEMORY_MB,
    logLevel: data.COLLECTOR_LOG,
  };
}
