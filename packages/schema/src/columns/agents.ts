// The columns of agents, and what came with them.

import type { Column } from './column.ts';

export const AGENTS = [
  {
    name: 'agent',
    property: 'agent',
    aliases: ['agent_name', 'agent_type'],
    type: 'text',
    kinds: ['agents'],
    since: '1.2',
    breakdown: { dimension: 16, list: 'agent', by: 'value' },
    live: true,
    label: 'Agents',
    question: 'Which agents are used?',
    doc: 'The agent that did it, by its name.',
  },
  {
    name: 'node_major',
    property: 'node_major',
    from: 'node',
    type: 'text',
    values: 'major',
    kinds: ['cli', 'installs', 'agents'],
    since: '1.2',
    breakdown: { dimension: 17, list: 'node_major', by: 'value', published: true },
    label: 'Major versions of Node',
    question: 'What does it run on?',
    doc: 'The first number of the version of Node.',
  },
] as const satisfies readonly Column[];
