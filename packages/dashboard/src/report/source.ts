// Where the summary comes from: it is inside of the page, or a server is asked for it.

import { isSummary, type Summary } from '../../../schema/src/summary';

/** What a page on a server knows of it, from its meta elements. */
export interface Server {
  readonly summary: string;
  readonly projects: string | undefined;
  readonly live: string | undefined;
  readonly login: string | undefined;
}

/** What to ask for. */
export interface Choice {
  readonly project: string;
  readonly from: string;
  readonly to: string;
}

/** The server wants to know who asks. */
export class NeedsLogin extends Error {}

const meta = (name: string): string | undefined =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || undefined;

/** The summary that the page carries; undefined when it carries none. */
export function embeddedSummary(): Summary | undefined {
  const text = document.getElementById('summary')?.textContent;
  if (!text) return undefined;
  const value: unknown = JSON.parse(text);
  if (!isSummary(value)) throw new Error('There is no summary in this page.');
  return value;
}

/** The server to ask; undefined when the page stands alone. */
export function serverOfPage(): Server | undefined {
  const summary = meta('summary');
  if (!summary) return undefined;
  return { summary, projects: meta('projects'), live: meta('live'), login: meta('login') };
}

/** Asks for JSON. @throws NeedsLogin, or an Error in words for people. */
export async function ask(url: string, init: RequestInit = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', ...init });
  } catch {
    throw new Error('The server could not be reached. Try again in a moment.');
  }
  if (response.status === 401) throw new NeedsLogin('Please sign in.');
  if (!response.ok) throw new Error(`The server answered with status ${response.status}.`);
  return response.json();
}

/** Asks a server for the summary of a project and a range. */
export async function fetchSummary(server: Server, choice: Choice): Promise<Summary> {
  const query = new URLSearchParams(Object.entries(choice).filter(([, value]) => value !== ''));
  const value = await ask(`${server.summary}?${query}`);
  if (!isSummary(value)) throw new Error('The server answered with something else.');
  return value;
}
