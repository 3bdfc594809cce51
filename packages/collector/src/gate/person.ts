// Does an event name a person? A project of the kind `cli` is anonymous: it refuses such an event, and
// keeps nothing of it. Projects that know visitors and users have other kinds.

import { isObject, type Json } from '../../../schema/src/json.ts';
import type { Candidate } from '../event.ts';

/** Events whose only purpose is to say who somebody is. */
const EVENTS = new Set([
  '$identify',
  '$create_alias',
  '$merge_dangerously',
  '$groupidentify',
  '$set',
  '$set_once',
]);

/** Members that describe the person behind an event, where they are not empty. */
const PROFILES = ['$set', '$set_once', '$groups', '$anon_distinct_id', '$user_id'];

/** Properties that are called as a person's own data are: in snake case, in camel case, in any case. */
const PERSONAL =
  /^\$?(e_?mail(_?address)?|phone(_?number)?|(first|last|full|given|family|sur|user|display)_?name|user_?id|date_?of_?birth|dob|ssn)$/i;

const EMAIL = /^[^\s@]{1,64}@[^\s@]+\.[^\s@.]+$/;

/** Is it the address of somebody's mail? */
export const isEmail = (value: unknown): boolean =>
  typeof value === 'string' && value.includes('@') && EMAIL.test(value.trim());

const isFilled = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  !(isObject(value) && Object.keys(value).length === 0);

function isPersonal(properties: Json): boolean {
  if (properties.$process_person_profile === true) return true;
  if (PROFILES.some((name) => isFilled(properties[name]))) return true;
  return Object.keys(properties).some((name) => {
    const value = properties[name];
    return (PERSONAL.test(name) && isFilled(value)) || isEmail(value);
  });
}

/** Whether an event says who somebody is: by its name, its id or its properties. */
export function namesPerson({ event, distinctId, properties }: Candidate): boolean {
  if (typeof event === 'string' && EVENTS.has(event.trim())) return true;
  return isEmail(distinctId) || (isObject(properties) && isPersonal(properties));
}
