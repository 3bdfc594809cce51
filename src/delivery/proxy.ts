// Which proxy, if any, a request to a host goes through: HTTPS_PROXY and NO_PROXY, as curl reads them.

import type { Environment } from '../settings';

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

/**
 * The proxy for an https URL, or undefined for a direct connection. The lower-case variable wins,
 * as with curl. A proxy value that is no URL means: no proxy (curl's `host:port` is understood).
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const value = env.https_proxy || env.HTTPS_PROXY;
  if (!value) return undefined;
  const exceptions = (env.no_proxy || env.NO_PROXY || '').toLowerCase().split(/[\s,]+/);
  if (exceptions.some((entry) => covers(entry, url))) return undefined;
  try {
    const proxy = new URL(/^[a-z]+:\/\//i.test(value) ? value : `http://${value}`);
    return ['http:', 'https:'].includes(proxy.protocol) ? proxy : undefined;
  } catch {
    return undefined;
  }
}
