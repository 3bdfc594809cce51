// What a browser says of itself: its name, its system, the kind of device. Of versions, the first number.

import Bowser from 'bowser';
import { isbot } from 'isbot';
import { written } from '../../../schema/src/values.ts';
import { AGENTS_KNOWN } from '../limits.ts';

export interface Agent {
  readonly isBot: boolean;
  readonly browser: string | undefined;
  readonly major: string | undefined;
  readonly os: string | undefined;
  /** desktop, mobile, tablet, tv, or what else it calls itself. */
  readonly device: string | undefined;
}

const known = new Map<string, Agent>();

/** A User-Agent, understood. Few are heard again and again: those are remembered. */
export function agentOf(text: string): Agent {
  let agent = known.get(text);
  if (agent) return agent;
  agent = read(text);
  if (known.size >= AGENTS_KNOWN) known.clear();
  known.set(text, agent);
  return agent;
}

function read(text: string): Agent {
  const isBot = text === '' || isbot(text);
  if (isBot) return { ...NOBODY, isBot };
  const { browser, os, platform } = Bowser.parse(text);
  return {
    isBot,
    browser: browser.name || undefined,
    major: /^\d{1,5}/.exec(browser.version ?? '')?.[0],
    os: os.name ? written('os', os.name) : undefined,
    device: platform.type || undefined,
  };
}

const NOBODY = { browser: undefined, major: undefined, os: undefined, device: undefined };
