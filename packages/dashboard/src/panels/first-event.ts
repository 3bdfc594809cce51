// A first event, as a project of each kind takes it.

import type { Kind } from '../../../schema/src/columns';

export interface FirstEvent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** What is sent. */
export function firstEvent(kind: Kind, token: string): FirstEvent {
  const type = { 'content-type': 'application/json' };
  if (kind === 'installs') {
    const data = { installation_id: 'me', event_type: 'installation_started' };
    const headers = { ...type, authorization: `Bearer ${token}` };
    return { path: '/v1/events', headers, body: JSON.stringify({ data }) };
  }
  const body = { event: 'hello', distinct_id: 'me', api_key: token };
  return { path: '/i/v0/e/', headers: type, body: JSON.stringify(body) };
}

/** A shell's word. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The command that sends it. */
export function firstCommand(kind: Kind, token: string, origin: string): string {
  const { path, headers, body } = firstEvent(kind, token);
  const given = Object.entries(headers).map(
    ([name, value]) => `-H ${quoted(`${name}: ${value}`)} `,
  );
  return `curl ${given.join('')}-d ${quoted(body)} ${origin}${path}`;
}
