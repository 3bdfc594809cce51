// What the site's snippet says, and whether this browser may be counted at all.

import { isIgnored } from './storage.ts';

export interface Settings {
  readonly siteId: string;
  readonly endpoint: string;
  /** Pageviews are counted without being asked for. */
  readonly isAuto: boolean;
  /** The hash is part of a page's address. */
  readonly hasHash: boolean;
  /** localStorage may be used. */
  readonly hasStorage: boolean;
  /** Paths that are not counted, separated by commas; `*` stands for anything. */
  readonly exclude: string;
  /** Names of the query that make pages of their own. */
  readonly query: readonly string[];
}

/** The settings of the element that this script came by; undefined: it names no site. */
export function readSettings(): Settings | undefined {
  const script = document.currentScript as HTMLScriptElement | null;
  const { domain, endpoint, auto, hash, exclude, storage, query } = script?.dataset ?? {};
  // As Plausible's snippet has it.
  const siteId = script?.dataset.siteId ?? domain;
  if (!siteId) return undefined;
  return {
    siteId,
    endpoint: endpoint ?? new URL(`/api/v2/track/${siteId}`, script!.src).href,
    isAuto: auto !== 'false',
    hasHash: hash !== undefined,
    hasStorage: storage !== 'none',
    exclude: exclude ?? '',
    query: (query ?? '').split(','),
  };
}

/** Whoever sits here, or the browser, does not want it; or it is a robot, or a file. */
export function isRefused(): boolean {
  const { doNotTrack, globalPrivacyControl, webdriver } = navigator as Navigator & {
    globalPrivacyControl?: boolean;
  };
  return (
    globalPrivacyControl ||
    webdriver ||
    doNotTrack === '1' ||
    location.protocol === 'file:' ||
    isIgnored()
  );
}
