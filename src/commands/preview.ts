// preview: the exact request that would be sent, made by the code that sends it.

import { defineCommand } from 'citty';
import {
  EVENTS,
  type EventDefinition,
  type EventName,
  type Properties,
} from '../catalogue/catalogue';
import { httpSender } from '../delivery/http';
import { nextBatch, settledBefore } from '../delivery/pending';
import { posthogSender } from '../delivery/posthog';
import { requestOf } from '../delivery/preview';
import { readDeliveryState } from '../delivery/state';
import { UserError } from '../errors';
import { mint } from '../journal/mint';
import type { EventRecord } from '../journal/records';
import { say, toJson } from '../output';
import { environment, here } from '../process/invocation';
import type { Project } from '../project/project';
import { discardedAt } from '../record/discarded';
import { checkReadable } from '../record/problem';
import { parseEvent } from '../record/wanted';
import { isCi, readSettings } from '../settings';
import { readState } from '../state/state';
import { wrap } from '../terminal/layout';
import { printable } from '../terminal/printable';
import { lookOfStdout } from '../terminal/terminal';

const NO_ID = '00000000-0000-4000-8000-000000000000';
const EXAMPLES = { service_name: 'plex', override_name: 'plex-nfs', command: 'start-service' };

/** An example of an event, with a value for each of its properties. */
function example(event: EventName): Properties {
  const properties: Properties = {};
  const definitions = (EVENTS[event] as EventDefinition).properties;
  for (const [name, { type }] of Object.entries(definitions)) {
    if (type.kind === 'boolean') properties[name] = true;
    else if (type.kind === 'count') properties[name] = 1234;
    else if (type.kind === 'one of') properties[name] = type.values[0]!;
    else properties[name] = EXAMPLES[name as keyof typeof EXAMPLES] ?? 'example';
  }
  return properties;
}

/** What the next request would carry. */
function waiting(project: Project, id: string): readonly EventRecord[] {
  if (discardedAt(project) !== undefined) return [];
  let state = readDeliveryState(project);
  const settled = settledBefore(project, state);
  for (;;) {
    const { records, end, more } = nextBatch(project, state, id, settled);
    if (records.length > 0 || !more) return records;
    state = { ...state, cursor: end };
  }
}

export default defineCommand({
  meta: {
    name: 'preview',
    description:
      'Show the exact request that would be sent next, or one for an EVENT. Sends nothing.',
    examples: ['preview', 'preview service_enabled', 'preview --json'],
  },
  args: {
    event: { type: 'positional', required: false, description: 'Show an example of this event' },
    json: { type: 'boolean', description: 'Print the body alone' },
  },
  async run({ args }) {
    const project = here();
    checkReadable(project);
    const env = environment();
    const event = parseEvent(args.event);
    const settings = readSettings(project.root, env);
    const id = readState(project).id ?? NO_ID;
    const pending = event === undefined ? waiting(project, id) : [];
    const name = (event ?? 'command_executed') as EventName;
    const moment = { atMs: Date.now(), id, local: false, ci: isCi(env) };
    const batch =
      pending.length > 0 ? pending : mint([{ event: name, properties: example(name) }], moment);
    const sender =
      settings.sender === 'http'
        ? httpSender(settings.key, settings.host)
        : posthogSender(settings.key ?? 'no-key-is-set', settings.host, false);
    const request = await requestOf(sender, batch);
    if (!request)
      throw new UserError('The sender made no request. This is a defect: please report it.');
    const body: unknown = JSON.parse(request.body);
    if (args.json) return say(toJson(body));
    const what =
      pending.length > 0 ? `the ${pending.length} event(s) that wait` : `an example of ${name}`;
    const { columns } = lookOfStdout(env);
    say(wrap(`What would be sent for ${what}. Nothing was sent.`, { columns }).join('\n'));
    say('');
    say(`${request.method} ${printable(request.url)}`);
    for (const [header, value] of Object.entries(request.headers))
      say(`${header}: ${printable(value)}`);
    say(`\n${toJson(body, 2)}`);
  },
});
