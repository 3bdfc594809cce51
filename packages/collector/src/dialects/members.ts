// Members of events that no SDK of ours wrote: named in snake case or in camel case, beside the properties
// or in them. Nothing that was sent is thrown away.

import { camel } from '../../../schema/src/columns.ts';
import { isObject, type Json } from '../../../schema/src/json.ts';
import { derivedUuid, formatUuid, parseUuid } from '../gate/uuid.ts';

/** The first member of these names, each also in camel case, with the name that it has. */
export function memberOf(
  data: Json,
  ...names: readonly string[]
): { name: string; value: unknown } | undefined {
  for (const each of names) {
    for (const name of [each, camel(each)]) {
      if (data[name] !== undefined) return { name, value: data[name] };
    }
  }
  return undefined;
}

/**
 * Properties, with every member beside them that means nothing else; the properties are stronger. What is
 * no object of properties is handed on as it is: the gate says so.
 */
export function withMembers(data: Json, properties: unknown, used: ReadonlySet<string>): unknown {
  if (properties !== undefined && !isObject(properties)) return properties;
  const all: Json = Object.create(null);
  for (const [name, value] of Object.entries(data)) if (!used.has(name)) all[name] = value;
  return Object.assign(all, properties);
}

/**
 * The uuid of an event that has an id of its own kind: always the same for the same id in a project.
 * A uuid stays as it is.
 */
export function uuidOfId(project: number, id: unknown): unknown {
  if (typeof id !== 'string' && typeof id !== 'number') return id;
  const text = String(id).trim();
  if (text === '' || parseUuid(text)) return text;
  return formatUuid(derivedUuid(['id', String(project), text]));
}
