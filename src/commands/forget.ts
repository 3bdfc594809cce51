// forget: asks the server to delete everything under the ids of this record, takes a new one, clears the record.
//
// The order matters. First the id changes and what waits is dropped, so that nothing more can arrive
// under the old ids; then the server is asked; then the record, which alone knows the earlier ids, is cleared.

import { existsSync } from 'node:fs';
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
import { moveRecord } from '../project/folder';
import type { Project } from '../project/project';
import { clearRecord } from '../record/clear';
import { discardPending } from '../record/discard';
import { idsOfSent } from '../record/ids';
import { readSettings, type Settings } from '../settings';
import { changeState } from '../state/change';
import { isId, KEYS, readState } from '../state/state';
import { confirm } from '../terminal/confirm';

const QUESTION = {
  current:
    'Ask for the deletion of everything that was sent from here, take a new id, and delete the record?',
  earlier:
    'Ask for the deletion of everything under that id and the earlier ones, and delete the record?',
} as const;

/** Every one counts: after `reset-id`, what was sent before is under another id. */
function howToAsk(ids: readonly string[]): string {
  const isOne = ids.length === 1;
  return [
    `To have it deleted, ask the maintainers of this project and give them ${isOne ? 'this id' : 'these ids'}:`,
    ...ids.map((id) => `  ${id}`),
    `${isOne ? 'It tells' : 'They tell'} them which events are meant, and nothing about you.`,
  ].join('\n');
}

/** `--id` also asks for what else the record knows: one is enough to ask for all of them again. */
const couldNotAsk = (ids: readonly string[], host: string, detail: string) =>
  new UserError(
    `${host} could not be asked (${detail}): what it has under ${ids.join(', ')} is still there. ` +
      'You have a new id, and nothing waits to be sent; the record on this machine was kept. ' +
      `To ask again: ${NAME} forget --id ${ids[0]}`,
  );

/** Deals with what was sent: asks for its deletion, id by id, or says how to. @throws UserError */
async function askServer(ids: readonly string[], settings: Settings): Promise<void> {
  const { host, sender } = settings;
  if (sender === 'console' || sender === 'none') {
    return say(`Nothing is sent with the sender "${sender}": no server to ask.`);
  }
  const transport = nodeTransport(environment());
  const server = await whoAnswers(host, transport, nowMs() + FORGET_MS);
  if (server.kind === 'failed') throw couldNotAsk(ids, host, server.detail);
  if (server.kind === 'other' && sender === 'posthog') {
    say(`At ${host} is no onramp-analytics collector. If it is PostHog: that deletes only for the`);
    say('owners of a project, and this tool cannot do it for you.');
    return say(howToAsk(ids));
  }
  // What the sender `http` talks to speaks the collector's protocol, whatever it calls itself.
  for (const [at, id] of ids.entries()) {
    const left = ids.slice(at);
    const answer = await askToForget(id, settings, transport, nowMs() + FORGET_MS);
    if (answer.kind === 'failed') throw couldNotAsk(left, host, answer.detail);
    if (answer.kind === 'refused') {
      say(`${host} does not let this project's key delete (${answer.detail}).`);
      return say(howToAsk(left));
    }
    const count = answer.events === undefined ? '' : `: ${answer.events} event(s)`;
    say(`${host} deleted everything under ${id}${count}.`);
  }
}

/**
 * The ids to ask for, the newest last: those of the record, and `asked`. The present id is among them if something
 * was recorded under it, or when the record knows of none: it may have been cleared since.
 */
function idsToForget(project: Project, asked: string | undefined, isEarlier: boolean): string[] {
  const { id: now } = readState(project);
  const known = idsOfSent(project).filter((id) => id !== now);
  if (isEarlier && asked !== undefined) return [asked, ...known.filter((id) => id !== asked)];
  if (known.length > 0) return known;
  if (asked === undefined) return [];
  say(
    'The record here has nothing that was to be sent. It may have been cleared since, so this is about',
  );
  say(`your present id: ${asked}.`);
  return [asked];
}

export default defineCommand({
  meta: {
    name: 'forget',
    description:
      'Have what was sent under your ids deleted where that can be done, take a new id, clear the record.',
    examples: ['forget', 'forget --yes'],
  },
  args: {
    yes: { type: 'boolean', description: 'Do it without asking' },
    id: {
      type: 'string',
      description: 'Ask again: for an id that you had before, and the others in the record',
      valueHint: 'ID',
    },
  },
  async run({ args }) {
    let project = here();
    const settings = readSettings(project.root, environment());
    const { id: current } = readState(project);
    const earlier = args.id?.toLowerCase();
    if (earlier !== undefined && !isId(earlier)) {
      throw new UserError('--id takes an anonymous id, as show-id prints it.', EXIT.usage);
    }
    const id = earlier ?? current;
    const isEarlier = id !== current;
    if (!confirm(isEarlier ? QUESTION.earlier : QUESTION.current, args.yes === true))
      return say('Nothing was deleted.');
    if (!isEarlier) {
      if (current !== undefined) await changeState(project, () => ({ [KEYS.id]: v4() }));
      await discardPending(project, DROPPED.id);
      // Without git the id names the folder: there the next `forget` looks, should the server not be reached.
      const renamed = here();
      moveRecord(project, renamed);
      if (!existsSync(project.record)) project = renamed;
    }
    const ids = idsToForget(project, id, isEarlier);
    if (ids.length === 0) say('There is no anonymous id: nothing was sent from here.');
    else await askServer(ids, settings);
    const { events, waited } = await clearRecord(project);
    const also = waited === 0 ? '' : `, ${waited} of which waited to be sent`;
    say(`The record on this machine is cleared: ${events} event(s)${also}.`);
    const { id: now } = readState(project);
    if (now !== undefined) say(`The new anonymous id is ${now}.`);
  },
});
