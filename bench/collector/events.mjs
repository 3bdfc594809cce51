// What a project's users send, made up: the bodies of the benchmark.

import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { TOKEN } from './server.mjs';

const COMMANDS = Array.from({ length: 20 }, (_, n) => `command-${n}`);
const SERVICES = Array.from({ length: 60 }, (_, n) => `service-${n}`);
const OSES = ['linux', 'darwin', 'win32'];
const pick = (list) => list[Math.floor(Math.random() ** 2 * list.length)];

/** A command event, as the shim sends it. */
export function commandEvent(ids, timeMs) {
  return {
    event: 'command_executed',
    // As the shim and PostHog's SDKs make them: the newer, the higher.
    uuid: v7({ msecs: timeMs }),
    distinct_id: ids[Math.floor(Math.random() * ids.length)],
    timestamp: new Date(timeMs).toISOString(),
    properties: {
      command: pick(COMMANDS),
      success: Math.random() > 0.05,
      duration_ms: Math.round(Math.exp(4 + 4 * Math.random())),
      shim_version: '1.0.0',
      ci: false,
      $geoip_disable: true,
      $process_person_profile: false,
      $ip: null,
      $lib: 'posthog-node',
      $lib_version: '5.70.0',
    },
  };
}

/** A mix of events, as a year of a project has them. */
export function anyEvent(ids, timeMs) {
  const event = commandEvent(ids, timeMs);
  const dice = Math.random();
  if (dice < 0.3) {
    event.event = pick(['service_enabled', 'service_started', 'service_stopped']);
    event.properties.service_name = pick(SERVICES);
  } else if (dice < 0.35) {
    event.event = 'error_occurred';
    event.properties.error_type = pick(['exit_1', 'exit_2', 'exit_other']);
  }
  if (event.event !== 'command_executed') {
    delete event.properties.success;
    delete event.properties.duration_ms;
    if (event.event !== 'error_occurred') delete event.properties.command;
  }
  if (Math.random() < 0.3) event.properties.os = pick(OSES);
  return event;
}

/** So many anonymous ids. */
export const ids = (count) => Array.from({ length: count }, () => randomUUID());

/** A request's body. */
export const envelope = (batch) => Buffer.from(JSON.stringify({ api_key: TOKEN, batch }));
