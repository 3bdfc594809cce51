// events: the catalogue, as people and programs want to read it.

import { defineCommand } from 'citty';
import {
  COMMON,
  EVENTS,
  type EventDefinition,
  type Property,
  REQUEST,
  WIRE,
} from '../catalogue/catalogue';
import { describeType } from '../catalogue/validate';
import { say, sayJson } from '../output';
import { environment } from '../process/invocation';
import { wrap } from '../terminal/layout';
import { lookOfStdout } from '../terminal/terminal';

function describe([name, property]: [string, Property]): string {
  const optional = property.optional ? ', may be missing' : '';
  return `${name} (${describeType(property.type)}${optional}): ${property.purpose}`;
}

export default defineCommand({
  meta: {
    name: 'events',
    description: 'List every event and property that can ever be sent.',
    examples: ['events', 'events --json'],
  },
  args: { json: { type: 'boolean', description: 'Print the catalogue as JSON' } },
  run({ args }) {
    if (args.json) return sayJson({ events: EVENTS, common: COMMON, wire: WIRE, request: REQUEST });
    const { columns } = lookOfStdout(environment());
    const lines: string[] = [];
    const head = (text: string) => lines.push(...wrap(text, { columns, next: '  ' }));
    const item = (text: string) =>
      lines.push(...wrap(text, { columns, first: '    ', next: '      ' }));
    for (const [name, event] of Object.entries(EVENTS) as [string, EventDefinition][]) {
      head(`${name}: ${event.when}`);
      for (const property of Object.entries(event.properties)) item(describe(property));
      lines.push('');
    }
    head('Every event also carries:');
    for (const property of Object.entries(COMMON)) item(describe(property));
    for (const [name, purpose] of Object.entries(WIRE)) item(`${name}: ${purpose}`);
    lines.push('');
    head('Beside the properties, a request carries:');
    for (const [names, what] of Object.entries(REQUEST)) item(`${names}: ${what}`);
    say(lines.join('\n'));
  },
});
