// The columns of installers.

import type { Column } from './column.ts';

export const INSTALLS = [
  {
    name: 'template',
    property: 'template',
    aliases: ['template_name'],
    type: 'text',
    kinds: ['installs'],
    since: '1.2',
    breakdown: { dimension: 14, list: 'template', by: 'value', published: true },
    live: true,
    label: 'Templates',
    question: 'What do people begin with?',
    doc: 'The template that the installer made a project from.',
  },
  {
    name: 'stage',
    property: 'stage',
    type: 'text',
    kinds: ['installs'],
    since: '1.2',
    breakdown: { dimension: 15, list: 'stage', by: 'value' },
    live: true,
    label: 'Stages',
    question: 'How far do they come?',
    doc: 'How far the installer was.',
  },
] as const satisfies readonly Column[];
