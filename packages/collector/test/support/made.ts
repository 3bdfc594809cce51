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

/** An event of a kind of project, without its time and id; `who` is a number of the id, from 0 to 1. */
type Maker = (random: () => number, pick: Pick, age: number, who: number) => Made;

/** One of a list, always the same one for an id; the first ones more often. */
const ofWho = <T>(list: readonly T[], who: number, salt: number): T =>
  list[Math.floor(((who * salt) % 1) ** 1.7 * list.length)]!;

/** What a machine has: it does not change from event to event. */
const machine = (who: number) => ({
  os: ofWho(['linux', 'darwin', 'windows'], who, 7),
  node_version: ofWho(['22.11.0', '20.18.0', '24.1.0', '18.20.4'], who, 13),
  ci: (who * 31) % 1 > 0.9,
});

/** The version that a machine has by then: some update late, and some never. */
function versionOf(age: number, who: number): string {
  const lag = ((who * 17) % 1) ** 2 * 0.4;
  const since = 1 - age - lag;
  return since > 0.82 ? '1.10.0' : since > 0.55 ? '1.9.2' : since > 0.25 ? '1.9.0' : '1.8.1';
}

/** Of a project that is driven by make. */
export const cli: Maker = (random, pick, age, who) => {
  const { os, ci } = machine(who);
  const base = { os, ci, shim_version: versionOf(age, who) };
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

const agents: Maker = (random, pick, age, who) => {
  const success = random() > 0.08 + age * 0.15;
  return {
    event: 'agent_run',
    properties: {
      agent: ofWho(['claude', 'codex', 'gemini', 'aider'], (who + random() * 0.2) % 1, 3),
      command: pick(['fix', 'review', 'explain', 'test']),
      shim_version: versionOf(age, who),
      os: machine(who).os,
      success,
      duration_ms: Math.round(Math.exp(random() * 5 + 7)),
      ...(success ? {} : { error_type: pick(ERRORS) }),
    },
  };
};

/** How a single installation ends, if it does. */
const installs: Maker = (random, pick, _age, who) => {
  const { os, node_version } = machine(who);
  const base = {
    os,
    node_version,
    package_manager: ofWho(['npm', 'pnpm', 'yarn', 'bun'], who, 5),
    template: ofWho(['react', 'vue', 'svelte', 'solid'], who, 11),
  };
  if (random() > (os === 'windows' ? 0.25 : 0.1)) {
    const slower = base.package_manager === 'npm' ? 1.8 : 1;
    const duration_ms = Math.round(Math.exp(random() * 2 + 8.5) * slower);
    return { event: 'installation_completed', properties: { ...base, success: true, duration_ms } };
  }
  const stage = pick(['fetch', 'install', 'write']);
  const properties = { ...base, success: false, stage, error_type: pick(ERRORS) };
  return { event: 'installation_failed', properties };
};

/**
 * Events over so many days until now, the oldest first; more ids take part as time goes by. `isOnce`: each
 * id starts once, and may end once, as installations do.
 */
export function history(
  days: number,
  count: number,
  ids: number,
  make: Maker,
  isOnce = false,
): Made[] {
  const random = randomOf(days * 7 + count);
  const pick: Pick = (list) => list[Math.floor(random() ** 2 * list.length)]!;
  const now = Date.now();
  const made: Made[] = [];
  const add = (event: Made, id: number, ms: number) =>
    made.push({
      ...event,
      distinct_id: `id-${id}`,
      timestamp: new Date(ms).toISOString(),
      uuid: `${Math.floor(days).toString(16).padStart(8, '0')}-0000-7000-8000-${made.length.toString(16).padStart(12, '0')}`,
    });
  for (let n = 0; n < count; n += 1) {
    const age = (1 - Math.sqrt((n + 1) / count)) * 0.999;
    const id = isOnce ? n : Math.floor(random() ** 1.5 * ids * (1.2 - age));
    const who = ((id + 1) * 0.618_033_988_75) % 1;
    const ms = now - age * days * DAY_MS - 1_000;
    const event = make(random, pick, age, who);
    if (!isOnce) {
      add(event, id, ms);
      continue;
    }
    const { success, duration_ms, stage, error_type, ...base } = event.properties as Made;
    add({ event: 'installation_started', properties: base }, id, ms - 60_000);
    if (random() > 0.12) add(event, id, ms);
  }
  return made;
}

/** What is sent and not taken. */
const REFUSED = [
  ...Array.from({ length: 12 }, (_, n) => ({ event: '', distinct_id: `id-${n}` })),
  ...Array.from({ length: 3 }, () => ({ event: 'no_id', properties: { command: 'up' } })),
  { event: 'command_executed', distinct_id: 'x', timestamp: 'yesterday' },
];

/** Makes the projects on a collector, and waits until all is to be seen. */
export async function makeProjects(collector: Collector): Promise<void> {
  const wanted: readonly [name: string, kind: string, events: Made[]][] = [
    ['empty', 'cli', []],
    ['one', 'cli', history(0.01, 1, 1, cli)],
    ['day', 'cli', history(2, 700, 60, cli)],
    ['year', 'cli', history(700, 16_000, 400, cli)],
    ['five-years', 'cli', history(1_825, 6_000, 300, cli)],
    ['installs', 'installs', history(180, 1_500, 0, installs, true)],
    ['agents', 'agents', history(180, 3_000, 90, agents)],
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
    if (name === 'year') await collector.post('/batch/', { api_key: token, batch: REFUSED });
    // Sent as an SDK sends, which other kinds do not take: those have a kind from then on.
    if (kind !== 'cli') await collector.admin('PATCH', `/api/v1/projects/${name}`, { kind });
  }
  await shipped(collector);
}
