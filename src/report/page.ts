// The report's page. The build puts it here, compressed, as one text that no other command looks at:
// see scripts/build.mjs. It is made in dashboard/.

/** The page, brotli in base64. */
export const PACKED: string = '';
