// forget: asks the server to delete everything under this id, takes a new one, clears the record.
//
// The order matters. First the id changes and what waits is dropped, so that nothing more can arrive
// under the old id; then the server is asked; then the record, which holds the old id, is cleared.

import { defineCommand } from 'citty';
import { v4 } from 'uuid';
import { nowMs } from '../clock';
import { DROPPED } from '../delivery/dropped';
import { askToForget, whoAnswers } from '../delivery/forget';
import { nodeTransport } from '../delivery/transport';
import { EXIT, UserError } from '../errors';
import { NAME } from '../generated';
import { FORGET_MS } from '../limits';
import { say } from '../output';
import { environment, here } from '../process/invocation';
import { clearRecord } from '../record/clear';
import { discardPending } from '../record/discard';
import { readSettings, type Settings } from '../settings';
import { changeState } from '../state/change';
import { isId, KEYS, readState } from '../state/state';
import { confirm } from '../terminal/confirm';

const QUESTION = {
  current:
    'Ask for the deletion of everything under your anonymous id, take a new id, and delete the record?',
  earlier: 'Ask for the deletion of everything under that id, and delete the record?',
} as const;

function howToAsk(id: string): string {
  return [
    'To have it deleted, ask the maintainers of this project and give them this id:',
    `  ${id}`,
    'It tells them which events are meant, and nothing about you.',
  ].join('\n');
}

const couldNotAsk = (id: string, host: string, detail: string) =>
  new UserError(
    `${host} could not be asked (${detail}): what it has under ${id} is still there. ` +
      'You have a new id, and nothing waits to be sent; the record on this machine was kept. ' +
      `To ask again: ${NAME} forget --id ${id}`,
  );

/** Deals with what was sent: asks for its deletion, or says how to. @throws UserError */
async function askServer(id: string, settings: Settings): Promise<void> {
  const { host, sender } = settings;
  if (sender === 'console' || sender === 'none') {
    return say(`Nothing is sent with the sender "${sender}": no server to ask.`);
  }
  const transport = nodeTransport(environment());
  const endMs = nowMs() + FORGET_MS;
  const server = await whoAnswers(host, transport, endMs);
  if (server.kind === 'failed') throw couldNotAsk(id, host, server.detail);
  if (server.kind === 'other' && sender === 'posthog') {
    say(`At ${host} is no onramp-analytics collector. If it is PostHog: that deletes only for the`);
    say('owners of a project, and this tool cannot do it for you.');
    return say(howToAsk(id));
  }
  // What the sender `http` talks to speaks the collector's protocol, whatever it calls itself.
  const answer = await askToForget(id, settings, transport, endMs);
  if (answer.kind === 'failed') throw couldNotAsk(id, host, answer.detail);
  if (answer.kind === 'refused') {
    say(`${host} does not let this project's key delete (${answer.detail}).`);
    return say(howToAsk(id));
  }
  const count = answer.events === undefined ? '' : `: ${answer.events} event(s)`;
  say(`${host} deleted everything under ${id}${count}.`);
}

export default defineCommand({
  meta: {
    name: 'forget',
    description:
      'Have everything under your id deleted where that can be done, take a new id, clear the record.',
    examples: ['forget', 'forget --yes'],
  },
  args: {
    yes: { type: 'boolean', description: 'Do it without asking' },
    id: {
      type: 'string',
      description: 'Ask again for an id that you had before',
      valueHint: 'ID',
    },
  },
  async run({ args }) {
    const project = here();
    const settings = readSettings(project.root, environment());
    const { id: current } = readState(project);
    const earlier = args.id?.toLowerCase();
    if (earlier !== undefined && !isId(earlier)) {
      throw new UserError('--id takes an anonymous id, as show-id prints it.', EXIT.usage);
    }
    const id = earlier ?? current;
    if (!confirm(id === current ? QUESTION.current : QUESTION.earlier, args.yes === true))
      return say('Nothing was deleted.');
    if (current !== undefined && current === id) {
      await changeState(project, () => ({ [KEYS.id]: v4() }));
      await discardPending(project, DROPPED.id);
    }
    if (id === undefined) say('There is no anonymous id: nothing was sent from here.');
    else await askServer(id, settings);
    const { events, waited } = await clearRecord(project);
    const also = waited === 0 ? '' : `, ${waited} of which waited to be sent`;
    say(`The record on this machine is cleared: ${events} event(s)${also}.`);
    const { id: now } = readState(project);
    if (now !== undefined) say(`The new anonymous id is ${now}.`);
  },
});
