// `collector health`: asks a collector that runs how it is. For health checks of systemd and containers.

import { defineCommand } from 'citty';
import { readConfig, UserError } from '../config.ts';
import type { Report } from '../health/health.ts';
import { HEALTH_COMMAND_MS } from '../limits.ts';

/** Where a collector that listens on `host` is reached from this machine. */
function localUrl(host: string, port: number): string {
  const unspecified: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const address = unspecified[host] ?? host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

async function ask(url: string, token: string | undefined): Promise<Partial<Report>> {
  let words: string;
  try {
    const answer = await fetch(new URL('/health', url), {
      headers: token ? { authorization: `Bearer ${token}` } : {},
      signal: AbortSignal.timeout(HEALTH_COMMAND_MS),
    });
    const body = (await answer.json()) as Partial<Report>;
    if (body.status) return body;
    words = `HTTP ${answer.status}`;
  } catch (error) {
    const { cause, name } = error as { cause?: { code?: string }; name: string };
    words = cause?.code ?? name;
  }
  throw new UserError(
    `there is no answer of a collector at ${url} (${words}). Start it (collector serve), or set COLLECTOR_HOST and COLLECTOR_PORT as they are for it`,
  );
}

export const health = defineCommand({
  meta: {
    name: 'health',
    description: 'Ask a running collector how it is; with COLLECTOR_ADMIN_TOKEN, what is wrong',
    examples: ['health', 'health --url https://stats.example.org --json'],
  },
  args: {
    url: {
      type: 'string',
      description:
        'Its address, such as https://stats.example.org; without, COLLECTOR_HOST and COLLECTOR_PORT say it',
    },
    json: { type: 'boolean', description: 'Print the answer as it is', default: false },
  },
  async run({ args }) {
    const config = readConfig(process.env);
    const url = args.url ?? localUrl(config.host, config.port);
    if (!URL.canParse(url)) {
      throw new UserError(`--url takes an address, such as http://127.0.0.1:8010, not: ${url}`);
    }
    const report = await ask(url, config.adminToken);
    if (args.json) console.log(JSON.stringify(report, null, 2));
    else {
      console.log(`collector: ${report.status}`);
      for (const { check, problem } of report.problems ?? []) console.log(`${check}: ${problem}`);
    }
    if (report.status !== 'ok') process.exitCode = 1;
  },
});
