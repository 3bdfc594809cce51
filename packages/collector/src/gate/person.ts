// Does an event name a person? A project of the kind `cli` is anonymous: it refuses such an event, and
// keeps nothing of it. Projects that know visitors and users have other kinds.
//
// The whole of an event is looked at, however deep: its name, its id, and every name and text in its properties.

import { isObject, type Json } from '../../../schema/src/json.ts';
import type { Candidate } from '../event.ts';
import { NAMES_REMEMBERED } from '../limits.ts';

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
const PROFILES = new Set(['$set', '$set_once', '$groups', '$anon_distinct_id', '$user_id']);

/**
 * Names that end as a person's own data are called, in words: `email`, `userEmail`, `CUSTOMER_E-MAIL_2`,
 * `billing.firstName`. Written together, too. And who did it, or whose it is: `owner`, `created_user`.
 */
const PERSONAL =
  /(^| )(e ?mails?( ?addr(ess)?)?|mail ?addr(ess)?|(tele)?phone( ?(number|no))?|mobile ?(number|no)|((fore|first|last|full|given|family|sur|user|display|real|nick|maiden|middle|person) ?name|surname)s?|user ?id|date ?of ?birth|birth ?(date|day)|dob|ssn|(street|home|postal|mailing) ?address|user|owner|author|maintainer|assignee|committer|customer|contact|employee)$/;

/** A name that runs on without a break: `useremail`. */
const TOGETHER = /e-?mail(addr(ess)?)?$/;

/** A text as people see it: without what is invisible, and with letters of another width as the usual ones. */
const seen = (text: string): string =>
  /[^\x20-\x7e]/.test(text) ? text.normalize('NFKC').replace(/[\p{Cc}\p{Cf}]/gu, '') : text;

/** Says cheaply that a name is none of these. */
const LIKELY =
  /mail|phone|name|id|birth|dob|ssn|addr|mobile|user|owner|auth|maintain|assign|commit|custom|contact|employ/i;

/** `cust_EMail2` as `cust e mail`. */
const wordsOf = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, ' ')
    .trim();

const isPersonalName = (name: string): boolean =>
  PERSONAL.test(wordsOf(name)) ||
  PERSONAL.test(
    name
      .toLowerCase()
      .replace(/[^\p{L}]+/gu, ' ')
      .trim(),
  ) ||
  TOGETHER.test(name.toLowerCase().replace(/[^\p{L}-]+/gu, ''));

/**
 * An e-mail address anywhere in a text. Its domain ends in letters, so that `name@1.0.0` is none, and does not begin
 * as a version does: `tool@2.1-beta.rc`. Nobody's name is `git`: `git@github.com:…` is where a repository is.
 */
const EMAIL =
  /(?:[^\s@"'<>(),:;[\]\\]|[^\s"]")(?<!(?<![\p{L}\p{N}._%+-])git)@(?!v?\d+\.\d+)[\p{L}\p{N}](?:[\p{L}\p{N}-]*\.)+(?:\p{L}{2,}|xn--[a-z\d-]+)/iu;

/** Says cheaply that there is no such address in a text. */
const MAY_HOLD_EMAIL = /[@%]|[^\x20-\x7e]/;

function holdsEmail(given: string): boolean {
  if (!MAY_HOLD_EMAIL.test(given)) return false;
  const text = seen(given);
  if (text.includes('@')) return EMAIL.test(text);
  // As it stands in an address of the web.
  return text.includes('%40') && EMAIL.test(text.replaceAll('%40', '@'));
}

/** What a name says: of whose data it is the name, or somebody's address itself. */
type Meaning = 'data' | 'email' | 'nothing';

/** What names mean is looked up: events have the same ones again and again. */
const remembered = new Map<string, Meaning>();

function meaningOf(given: string): Meaning {
  let meaning = remembered.get(given);
  if (meaning === undefined) {
    const name = seen(given);
    if (holdsEmail(name)) meaning = 'email';
    else meaning = LIKELY.test(name) && isPersonalName(name) ? 'data' : 'nothing';
    if (remembered.size >= NAMES_REMEMBERED) remembered.clear();
    if (given.length <= 64) remembered.set(given, meaning);
  }
  return meaning;
}

/** Is there the address of somebody's mail in it? */
export const isEmail = (value: unknown): boolean => typeof value === 'string' && holdsEmail(value);

/** Yes and no name nobody, and neither does what is empty. */
const isFilled = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  typeof value !== 'boolean' &&
  !(isObject(value) && Object.keys(value).length === 0) &&
  !(Array.isArray(value) && value.length === 0);

function objectNames(properties: Json): boolean {
  if (properties.$process_person_profile === true) return true;
  for (const name of Object.keys(properties)) {
    const value = properties[name];
    const meaning = meaningOf(name);
    if (meaning === 'email' || names(value)) return true;
    if ((meaning === 'data' || PROFILES.has(name)) && isFilled(value)) return true;
  }
  return false;
}

/** Whether a value names a person, by what is in it. Its depth is bounded where bodies are parsed. */
function names(value: unknown): boolean {
  if (typeof value === 'string') return holdsEmail(value);
  if (Array.isArray(value)) return value.some(names);
  return isObject(value) && objectNames(value);
}

/** Whether an event says who somebody is: by its name, its id or its properties. */
export function namesPerson(candidate: Candidate): boolean {
  const { event, distinctId, uuid, properties, sentTimestamp } = candidate;
  if (typeof event === 'string' && EVENTS.has(event.trim())) return true;
  return [event, distinctId, uuid, properties, sentTimestamp].some(names);
}
