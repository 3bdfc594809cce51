// What the bundle is to the code in it. There is none where src/ runs as it is.

/** The parts of the bundle beside its start: see scripts/build.mjs. */
export type Part = 'main' | 'often' | 'seldom';

/** What the start hands to each part. */
export interface Bundle {
  /** Runs a part and returns its exports. */
  run(part: Part): Record<string, unknown>;
  /** Lets this process keep compiled code in the user's cache folder when it ends. */
  keep(): void;
}

declare const bundle: Bundle | undefined;

/**
 * Lets this process leave compiled code behind, for the next one to find. Call it once it is known
 * that analytics is not off: off is off.
 */
export function keepCompiled(): void {
  if (typeof bundle !== 'undefined') bundle.keep();
}
