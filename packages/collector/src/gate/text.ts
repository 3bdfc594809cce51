// Text that every database can hold: SQLite ends it at a NUL, PostgreSQL refuses the whole batch for one,
// and lone surrogates are no characters.

/** The text without what no database holds. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

/**
 * The same for JSON, as `JSON.stringify` writes it: it escapes lone surrogates, which databases can hold and other
 * readers of JSON (jq, DuckDB, most servers) refuse with all that stands beside them.
 */
export const storableJson = (json: string): string =>
  json.includes('\\ud')
    ? json.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === '\\\\' ? found : '\ufffd'))
    : json;
