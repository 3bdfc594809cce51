// What do people do, and how often does it fail?

import type { Filter } from '../../../schema/src/question';
import { byColumn } from './by-column';
import { durationsBy } from './durations';

/** Runs alone: an error's event names its command too. */
const RUNS: readonly Filter[] = [{ column: 'event', op: 'is', value: 'command_executed' }];

export const commands = byColumn(
  { column: 'command' },
  {
    id: 'commands',
    title: 'Commands',
    question: 'What do people do, and how often does it succeed?',
    where: RUNS,
    extra: 'success',
    label: 'Command',
  },
);

export const commandDurations = durationsBy(['command'], RUNS);
