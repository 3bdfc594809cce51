// Nothing that the catalogue does not name gets past this file.

import { COUNT_MAX, NAME_MAX } from '../limits';
import {
  COMMON,
  EVENTS,
  type EventDefinition,
  type EventName,
  type Properties,
  type Property,
  type PropertyType,
  type Value,
} from './catalogue';

// No dot: an address or a domain is not a name, whoever declares it.
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/** Whether a text is a UUID and nothing else. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** Whether a text is a moment as a record has it: ISO 8601, UTC. */
export const isTimestamp = (text: string): boolean =>
  TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text));

/** A validated event, or the sentence that says what is wrong with it. */
export type Validation = { ok: true; properties: Properties } | { ok: false; problem: string };

/** Whether the catalogue has an event of that name. */
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(EVENTS, name);
}

/** The event's own properties, then the common ones. */
export function propertiesOf(event: EventName): Readonly<Record<string, Property>> {
  return { ...(EVENTS[event] as EventDefinition).properties, ...COMMON };
}

/** A type in words, as the docs and the error messages say it. */
export function describeType(type: PropertyType): string {
  if (type.kind === 'one of') return type.values.map((value) => `\`${value}\``).join(', ');
  return { name: 'name', boolean: 'true or false', count: 'whole number', version: 'version' }[
    type.kind
  ];
}

/** Whether a text can be the name of a service, an override or a command. */
export function isName(text: string): boolean {
  return text.length <= NAME_MAX && NAME.test(text);
}

function convert(type: PropertyType, value: unknown): Value | undefined {
  const text = typeof value === 'string' ? value : undefined;
  switch (type.kind) {
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'count': {
      const number = text && /^\d+$/.test(text) ? Number(text) : value;
      return Number.isInteger(number) && (number as number) >= 0 && (number as number) <= COUNT_MAX
        ? (number as number)
        : undefined;
    }
    case 'name':
      return text && isName(text) ? text : undefined;
    case 'version':
      return text && VERSION.test(text) ? text : undefined;
    case 'one of':
      return text !== undefined && type.values.includes(text) ? text : undefined;
  }
}

function listProperties(event: EventName): string {
  const own = Object.entries((EVENTS[event] as EventDefinition).properties);
  return own
    .map(
      ([name, property]) =>
        `${name}${property.optional ? ' (optional)' : ''}: ${describeType(property.type)}`,
    )
    .join('; ');
}

/**
 * Checks an event's own properties against the catalogue and brings them to their types (text from
 * a command line becomes numbers and booleans). Never repeats a given value in its answer.
 */
export function validate(event: string, given: Record<string, unknown>): Validation {
  if (!isEventName(event)) {
    return {
      ok: false,
      problem: `there is no event of that name. Events: ${Object.keys(EVENTS).join(', ')}.`,
    };
  }
  const definitions = (EVENTS[event] as EventDefinition).properties;
  const properties: Properties = {};
  const bad = (problem: string): Validation => ({
    ok: false,
    problem: `${problem} ${event} has: ${listProperties(event)}.`,
  });
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(definitions, key)) return bad('a property is not in the catalogue.');
  }
  for (const [name, property] of Object.entries(definitions)) {
    if (!Object.hasOwn(given, name)) {
      if (property.optional) continue;
      return bad(`\`${name}\` is missing.`);
    }
    const value = convert(property.type, given[name]);
    if (value === undefined) return bad(`\`${name}\` must be: ${describeType(property.type)}.`);
    properties[name] = value;
  }
  return { ok: true, properties };
}

/**
 * What is left of a stored event after the catalogue has been applied once more: own and common
 * properties of the right type. Undefined when the event is not in the catalogue or misses one.
 * Delivery sends only what passes here, whatever somebody wrote into the journal.
 */
export function sanitize(event: string, stored: Record<string, unknown>): Properties | undefined {
  if (!isEventName(event)) return undefined;
  const properties: Properties = {};
  for (const [name, property] of Object.entries(propertiesOf(event))) {
    const value = Object.hasOwn(stored, name) ? convert(property.type, stored[name]) : undefined;
    if (value !== undefined) properties[name] = value;
    else if (!property.optional) return undefined;
  }
  return properties;
}
