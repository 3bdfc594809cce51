// A host's record, brought into the state that is to be measured.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../test/support/host';
import { BUNDLE, cleanEnv } from '../test/support/run';

export const WAITING = 10_000;

const deliveryFile = (host: Host) => join(host.record, 'delivery.json');

/** A journal with `WAITING` events that are still owed, as an outage of days would leave it. */
export function fillJournal(host: Host): void {
  const id = /^ANALYTICS_ID=(.*)$/m.exec(readFileSync(host.lock, 'utf8'))![1];
  const beginMs = Date.now() - 20 * 86_400_000;
  const lines = Array.from({ length: WAITING }, (_, index) =>
    JSON.stringify({
      uuid: `0190b000-0000-7000-8000-${String(index).padStart(12, '0')}`,
      event: 'command_executed',
      timestamp: new Date(beginMs + index * 100_000).toISOString(),
      distinct_id: id,
      properties: {
        command: 'noop',
        success: true,
        duration_ms: 5,
        shim_version: '1.1.0',
        ci: false,
      },
    }),
  );
  writeFileSync(host.journal, `${lines.join('\n')}\n`);
  writeFileSync(deliveryFile(host), failedDelivery(host));
}

const failed = new Map<string, string>();

/** What a delivery that failed leaves behind: made once by one, to a port where nobody listens. */
function failedDelivery(host: Host): string {
  let text = failed.get(host.root);
  if (!text) {
    writeFileSync(deliveryFile(host), '{"cursor":0}');
    execFileSync(process.execPath, [BUNDLE, 'flush'], {
      cwd: host.root,
      env: cleanEnv({ POSTHOG_API_KEY: 'phc_bench', POSTHOG_HOST: 'http://127.0.0.1:9' }),
    });
    text = readFileSync(deliveryFile(host), 'utf8');
    failed.set(host.root, text);
  }
  return text;
}

/** Forgets what was recorded, so that the recording limits do not stop the benchmark. */
export function emptyJournal(host: Host): void {
  mkdirSync(host.record, { recursive: true });
  rmSync(host.journal, { force: true });
  rmSync(deliveryFile(host), { force: true });
}

/** How many files of commands and reports lie in the spool. */
export function spooled(host: Host): number {
  try {
    return readdirSync(join(host.record, 'spool')).filter((name) => name !== 'collector').length;
  } catch {
    return 0;
  }
}

/** The uuids of the commands that the journal has recorded. */
export const commandsRecorded = (host: Host): string[] =>
  host
    .records()
    .filter((record) => record?.event === 'command_executed')
    .map((record) => String(record!.uuid));
