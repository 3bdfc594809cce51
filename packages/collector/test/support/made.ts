// Projects to look at: one without an event, with one, with a day, a year, five years of them; with
// many and long names. Made with a seed, so that a picture is the same each time.

import type { Collector } from './collector';
import { shipped } from './visit';

const DAY_MS = 86_400_000;
const BATCH = 2_000;

const SERVICES = [
  'plex traefik sonarr radarr pihole homepage nextcloud jellyfin authentik immich vaultwarden grafana',
  'prometheus portainer uptime-kuma paperless-ngx syncthing bazarr lidarr prowlarr tautulli overseerr',
  'gitea minio redis postgres mariadb mosquitto zigbee2mqtt home-assistant frigate wireguard adguard',
  'unbound caddy code-server filebrowser calibre خدمة-المنزل שירות-הבית',
  'a-service-with-a-very-long-name-that-somebody-gave-to-it-because-names-are-free-and-nobody-minds',
]
  .join(' ')
  .split(' ');
const COMMANDS =
  'start-service enable-service update stop-service restart build disable-service scaffold status'.split(
    ' ',
  );
const ERRORS =
  'exit_2 exit_1 timeout not_found exit_127 killed oom refused unknown no_space conflict'.split(
    ' ',
  );

/** Numbers from 0 to 1, always the same ones. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Made = Record<string, unknown>;
type Pick = <T>(list: readonly T[]) => T;

/** An event of a kind of project, without its time and id. */
type Maker = (random: () => number, pick: Pick, age: number) => Made;

/** Of a project that is driven by make. */
export const cli: Maker = (random, pick, age) => {
  const version =
    age > 0.6 ? '1.0.0' : age > 0.2 ? pick(['1.1.0', '1.0.0']) : pick(['1.2.0', '1.1.0', '1.0.0']);
  const base = {
    os: pick(['linux', 'darwin', 'windows']),
    shim_version: version,
    ci: random() < 0.1,
  };
  const kind = random();
  if (kind < 0.5) {
    const command = pick(COMMANDS);
    const duration_ms = Math.round(Math.exp(random() * 4 + 4 + COMMANDS.indexOf(command) * 0.5));
    const properties = { ...base, command, success: random() > 0.08, duration_ms };
    return { event: 'command_executed', properties };
  }
  if (kind < 0.88) {
    const what = pick(['started', 'enabled', 'stopped', 'disabled']);
    return { event: `service_${what}`, properties: { ...base, service_name: pick(SERVICES) } };
  }
  if (kind < 0.94) {
    const override_name = pick(['gpu', 'nfs', 'ports']);
    return { event: 'override_enabled', properties: { ...base, override_name } };
  }
  const properties = { ...base, command: pick(COMMANDS), error_type: pick(ERRORS) };
  return { event: 'error_occurred', properties };
};

const agents: Maker = (random, pick) => {
  const success = random() > 0.15;
  return {
    event: 'agent_run',
    properties: {
      agent: pick(['claude', 'codex', 'gemini', 'aider']),
      success,
      duration_ms: Math.round(Math.exp(random() * 5 + 7)),
      os: pick(['linux', 'macos']),
      ...(success ? {} : { error_type: pick(ERRORS) }),
    },
  };
};

const installs: Maker = (random, pick) => {
  const what = pick(['started', 'started', 'completed', 'failed']);
  return {
    event: `installation_${what}`,
    properties: {
      os: pick(['linux', 'darwin', 'win32']),
      node_version: pick(['22.11.0', '20.18.0', '24.1.0']),
      package_manager: pick(['npm', 'pnpm', 'yarn']),
      template: pick(['react', 'vue', 'svelte']),
      ...(what === 'completed' && {
        success: true,
        duration_ms: Math.round(20_000 * random() + 900),
      }),
      ...(what === 'failed' && {
        success: false,
        stage: pick(['fetch', 'install', 'write']),
        error_type: pick(ERRORS),
      }),
    },
  };
};

/** Events over so many days until now, the oldest first; more ids take part as time goes by. */
export function history(days: number, count: number, ids: number, make: Maker): Made[] {
  const random = randomOf(days * 7 + count);
  const pick: Pick = (list) => list[Math.floor(random() ** 2 * list.length)]!;
  const now = Date.now();
  return Array.from({ length: count }, (_, n) => {
    const age = (1 - Math.sqrt((n + 1) / count)) * 0.999;
    const id = Math.floor(random() ** 1.5 * ids * (1.2 - age));
    return {
      ...make(random, pick, age),
      distinct_id: `id-${id}`,
      timestamp: new Date(now - age * days * DAY_MS - 1_000).toISOString(),
      uuid: `${Math.floor(days).toString(16).padStart(8, '0')}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
    };
  });
}

/** Makes the projects on a collector, and waits until all is to be seen. */
export async function makeProjects(collector: Collector): Promise<void> {
  const wanted: readonly [name: string, kind: string, events: Made[]][] = [
    ['empty', 'cli', []],
    ['one', 'cli', history(0.01, 1, 1, cli)],
    ['day', 'cli', history(1, 400, 40, cli)],
    ['year', 'cli', history(365, 12_000, 400, cli)],
    ['five-years', 'cli', history(1_825, 6_000, 300, cli)],
    ['installs', 'installs', history(60, 2_000, 700, installs)],
    ['agents', 'agents', history(61, 2_000, 90, agents)],
  ];
  for (const [name, kind, events] of wanted) {
    const answer = await collector.admin('POST', '/api/v1/projects', {
      name,
      retention_days: 3_650,
    });
    const { token } = (await answer.json()) as { token: string };
    for (let at = 0; at < events.length; at += BATCH) {
      const body = { api_key: token, batch: events.slice(at, at + BATCH) };
      const { status } = await collector.post('/batch/', body);
      if (status !== 200) throw new Error(`${name}: ${status}`);
    }
    // Sent as an SDK sends, which other kinds do not take: those have a kind from then on.
    if (kind !== 'cli') await collector.admin('PATCH', `/api/v1/projects/${name}`, { kind });
  }
  await shipped(collector);
}
