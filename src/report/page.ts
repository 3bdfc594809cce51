// The report's page. The build puts it here, compressed: see scripts/build.mjs. It is made in
// packages/dashboard.

/** The page, brotli in base64. */
export const PACKED: string = '';
