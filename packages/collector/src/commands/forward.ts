// `collector forward --to URL`: sends everything stored to a PostHog, for the day one machine is
// not enough. Same uuids, so that doing it twice counts nothing twice; it goes on where it stopped.

import { defineCommand } from 'citty';
import { PRIVACY_PROPERTIES } from '../../../schema/src/privacy.ts';
import { readConfig, UserError } from '../config.ts';
import { exported } from '../export/rows.ts';
import { Note } from '../forward/note.ts';
import { type Destination, Sender } from '../forward/sending.ts';
import { FORWARD_EVENTS } from '../limits.ts';
import { openForReading } from '../store/open.ts';
import { projectIdOf } from './export.ts';
import { progress } from './progress.ts';

export const forward = defineCommand({
  meta: {
    name: 'forward',
    description:
      'Send everything that is stored to a PostHog, with the same uuids. Run it again to go on, or to send what came since',
    examples: [
      'forward --to https://eu.i.posthog.com --key phc_abc',
      'forward --to https://eu.i.posthog.com --key phc_abc --project homelab',
    ],
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
    skip: {
      type: 'boolean',
      description: 'Go on also where it refuses many events in a row',
    },
  },
  async run({ args }) {
    if (!URL.canParse(args.to) || !/^https?:$/.test(new URL(args.to).protocol)) {
      throw new UserError(
        `--to takes an http(s) address, such as https://eu.i.posthog.com, not: ${args.to}`,
      );
    }
    const to: Destination = {
      url: new URL('/batch/', args.to),
      key: args.key,
      isSkipping: args.skip === true,
    };
    const config = readConfig(process.env);
    const store = await openForReading(config);
    const project = await projectIdOf(store, args.project);
    const note = new Note(config.dataFolder, project, to, await store.identity());
    const sender = new Sender(to);
    const first = note.read();
    const { host } = to.url;
    console.log(
      `forwarding project ${project} to ${host}, ${first === 0 ? 'from its first event' : 'from where it stopped before'}`,
    );
    const line = progress();
    let sent = 0;
    let rejected = 0;
    let refused = 0;
    for await (const events of store.after(project, first, FORWARD_EVENTS)) {
      const part = await sender.send(
        events.map((each) => {
          const event = exported(each);
          // As the shim's events carried when they came: instructions are not stored.
          return { ...event, properties: { ...event.properties, ...PRIVACY_PROPERTIES } };
        }),
      );
      note.write(events.at(-1)!.seq, part.refused);
      sent += part.sent;
      rejected += part.rejected;
      refused += part.refused.length;
      line(`forwarded ${sent} events`);
    }
    await store.close();
    console.log(`forwarded ${sent} events to ${host}`);
    if (rejected > 0) {
      console.log(
        `${rejected} more arrived, and ${host} says that it kept none of them: look there for why`,
      );
    }
    if (refused > 0) {
      console.log(
        `${refused} events were refused, each alone, and are not sent again. They stay stored here; their uuids, and why, are in ${note.refusedFile}`,
      );
    }
  },
});
