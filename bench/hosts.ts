// The hosts that are measured: a project with analytics, and the same project without.

import { setTimeout as pause } from 'node:timers/promises';
import { type Host, makeHost } from '../test/support/host';
import { spooled } from './journal';

export const MAKEFILE = 'noop: ; @:\n';
export const COMMAND = ['make', 'noop'];
/** A shim that cannot deliver is gone after its deadline, a second, and a little more. */
export const GONE_MS = 1_200;

/** A host with analytics, and the same project without. */
export async function bothHosts(makefile = MAKEFILE): Promise<{ host: Host; bare: Host }> {
  const [bare, host] = await Promise.all([
    makeHost({ files: { Makefile: makefile }, init: false }),
    makeHost({ files: { Makefile: makefile } }),
  ]);
  return { bare, host };
}

/** Removes hosts once the last detached process is gone. */
export async function removeHosts(...hosts: Host[]): Promise<void> {
  await pause(2_000);
  for (const host of hosts) host.remove();
}

/** Waits until nothing collects any more; gives up, and says so by what is left. */
export async function untilQuiet(host: Host): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 250) {
    await pause(250);
    if (spooled(host) === 0) break;
  }
  await pause(GONE_MS); // Its delivery.
}
