// `collector forward --to URL`: sends everything stored to a PostHog, for the day one machine is
// not enough. Same uuids, so that doing it twice counts nothing twice; it goes on where it stopped.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineCommand } from 'citty';
import { PRIVACY_PROPERTIES } from '../../../schema/src/privacy.ts';
import { readConfig, UserError } from '../config.ts';
import { exported } from '../export/rows.ts';
import { openForReading } from '../store/open.ts';
import { projectIdOf } from './export.ts';

const BATCH = 500;
const TRIES = 8;
const FIRST_WAIT_MS = 500;
const TIMEOUT_MS = 60_000;

async function send(url: URL, body: Buffer): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) {
      await new Promise((wake) => setTimeout(wake, FIRST_WAIT_MS * 2 ** (attempt - 1)));
    }
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.arrayBuffer();
      if (answer.status === 200) return;
      last = `HTTP ${answer.status}`;
      // It will say the same again.
      if ([400, 401, 403, 404, 413].includes(answer.status)) break;
    } catch (error) {
      const { cause, name } = error as { cause?: { code?: string }; name: string };
      last = cause?.code ?? name;
    }
  }
  throw new UserError(
    `${url.host} does not take the events (${last}). What it took is noted; run the same command to go on`,
  );
}

/** How far it got before; 0 for another store, such as one that was restored: its numbers begin again. */
function readNote(note: string, identity: string | undefined): number {
  if (!existsSync(note)) return 0;
  const { seq, store } = JSON.parse(readFileSync(note, 'utf8')) as { seq?: number; store?: string };
  return store === identity && Number.isSafeInteger(seq) ? seq! : 0;
}

export const forward = defineCommand({
  meta: {
    name: 'forward',
    description:
      'Send everything that is stored to a PostHog, with the same uuids. Run it again to go on, or to send what came since',
  },
  args: {
    to: {
      type: 'string',
      required: true,
      description: 'Its address, such as https://eu.i.posthog.com',
    },
    key: { type: 'string', required: true, description: 'The key of the project there' },
    project: {
      type: 'string',
      description: 'The project here, its number or name; without, the first one',
    },
  },
  async run({ args }) {
    if (!URL.canParse(args.to) || !/^https?:$/.test(new URL(args.to).protocol)) {
      throw new UserError(
        `--to takes an http(s) address, such as https://eu.i.posthog.com, not: ${args.to}`,
      );
    }
    const url = new URL('/batch/', args.to);
    const config = readConfig(process.env);
    const store = await openForReading(config);
    const project = await projectIdOf(store, args.project);
    // Beside the database, not in it: the collector may be running and is its only writer.
    // Of each key by itself: another project at the same host has none of it.
    const key = createHash('sha256').update(args.key).digest('hex').slice(0, 16);
    const note = join(
      config.dataFolder,
      `forwarded-${project}-${url.hostname}-${url.port || 'default'}-${key}.json`,
    );
    const identity = await store.identity();
    let after = readNote(note, identity);
    let sent = 0;
    for await (const events of store.after(project, after, BATCH)) {
      const batch = events.map((each) => {
        const event = exported(each);
        // As the shim's events carried when they came: instructions are not stored.
        return { ...event, properties: { ...event.properties, ...PRIVACY_PROPERTIES } };
      });
      const body = { api_key: args.key, historical_migration: true, batch };
      await send(url, gzipSync(JSON.stringify(body)));
      after = events.at(-1)!.seq;
      sent += events.length;
      writeFileSync(`${note}.new`, JSON.stringify({ seq: after, store: identity }));
      renameSync(`${note}.new`, note);
    }
    await store.close();
    console.log(`forwarded ${sent} events to ${url.host}`);
  },
});
