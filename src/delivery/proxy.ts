// Which proxy, if any, a request to a host goes through: HTTPS_PROXY and NO_PROXY, as curl reads them.

import type { Environment } from '../environment';

/** A URL's host as addresses are written elsewhere: an IPv6 address without its brackets. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** One entry of NO_PROXY: `*`, a host, a domain with or without a leading dot, with or without port. */
function covers(entry: string, url: URL): boolean {
  if (entry === '*') return true;
  const host = bareHost(url).toLowerCase();
  // An IPv6 address: with a port only in brackets.
  const six = /^\[(.*)\](?::(\d+))?$/.exec(entry) ?? /^([^:]*:[^:]*:.*)$/.exec(entry);
  const [, name = '', port] = six ?? /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  const bare = name.replace(/^\*?\./, '');
  if (port && port !== (url.port || '443')) return false;
  return bare !== '' && (host === bare || host.endsWith(`.${bare}`));
}

/** The variable that names the proxy, and its value. The lower-case one wins, as with curl. */
function named(env: Environment): readonly [name: string, value: string] | undefined {
  for (const name of ['https_proxy', 'HTTPS_PROXY']) {
    const value = env[name];
    if (value) return [name, value];
  }
  return undefined;
}

/** A proxy that is set and not understood. `code` is safe to show: the value may hold a password. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';

  constructor(readonly code: string) {
    super(code);
  }
}

/**
 * The proxy for an https URL, or undefined for a direct connection. curl's `host:port` is understood.
 * @throws ProxyError when it is no HTTP proxy: whoever set one does not want a direct connection.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const [name, value] = named(env) ?? [];
  if (name === undefined || value === undefined) return undefined;
  const exceptions = (env.no_proxy || env.NO_PROXY || '').toLowerCase().split(/[\s,]+/);
  if (exceptions.some((entry) => covers(entry, url))) return undefined;
  try {
    const proxy = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
    const isHttp = ['http:', 'https:'].includes(proxy.protocol) && proxy.port !== '0';
    if (isHttp && loginOf(proxy) !== undefined) return proxy;
  } catch {
    // No URL, or a login that is not one.
  }
  throw new ProxyError(`${name} is not the URL of an HTTP proxy`);
}

/** `user:password` of a proxy, without the URL's own quoting; empty without a user. */
export function loginOf({ username, password }: URL): string {
  return username && `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}
