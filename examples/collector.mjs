// A collector for a try: the real one, as a process of its own, with its data in a temporary folder.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../packages/collector/collector.js');

/** Starts one on a free port of this machine. */
export async function startCollector(folder) {
  const projectToken = `phc_${randomBytes(8).toString('hex')}`;
  const adminToken = randomBytes(16).toString('hex');
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: {
      PATH: process.env.PATH,
      COLLECTOR_DATA: folder,
      COLLECTOR_PORT: '0',
      COLLECTOR_PROJECT: 'homelab',
      COLLECTOR_PROJECT_TOKEN: projectToken,
      COLLECTOR_ADMIN_TOKEN: adminToken,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (piece) => {
      printed += piece;
      const found = /listening on (\S+)/.exec(printed)?.[1];
      if (found) resolve(found);
    });
    child.on('close', (status) => reject(new Error(`the collector ended with ${status}`)));
  });
  const get = async (path) => {
    const headers = { authorization: `Bearer ${adminToken}` };
    const response = await fetch(url + path, { headers });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
    return response.text();
  };
  let shown = 0;
  return {
    url,
    projectToken,
    adminToken,
    /** The events that have arrived since the last call. */
    async arrived() {
      const lines = (await get('/api/v1/export?format=ndjson')).split('\n').filter(Boolean);
      const events = lines.slice(shown).map((line) => JSON.parse(line));
      shown = lines.length;
      return events;
    },
    summary: async () => JSON.parse(await get('/api/v1/summary')),
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners('close').on('close', resolve);
        child.kill('SIGTERM');
      }),
  };
}
