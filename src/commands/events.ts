// events: the catalogue, as people and programs want to read it.

import { defineCommand } from 'citty';
import { COMMON, EVENTS, type EventDefinition, type Property, WIRE } from '../catalogue/catalogue';
import { describeType } from '../catalogue/validate';
import { say, sayJson } from '../output';

function line([name, property]: [string, Property]): string {
  const optional = property.optional ? ', may be missing' : '';
  return `    ${name} (${describeType(property.type)}${optional}): ${property.purpose}`;
}

export default defineCommand({
  meta: { name: 'events', description: 'List every event and property that can ever be sent.' },
  args: { json: { type: 'boolean', description: 'Print the catalogue as JSON' } },
  run({ args }) {
    if (args.json) return sayJson({ events: EVENTS, common: COMMON, wire: WIRE });
    for (const [name, event] of Object.entries(EVENTS) as [string, EventDefinition][]) {
      say(`${name}: ${event.when}`);
      say(`${Object.entries(event.properties).map(line).join('\n')}\n`);
    }
    say(`Every event also carries:\n${Object.entries(COMMON).map(line).join('\n')}`);
    for (const [name, purpose] of Object.entries(WIRE)) say(`    ${name}: ${purpose}`);
  },
});
