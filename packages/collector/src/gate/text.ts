// Text that every database can hold: SQLite ends it at a NUL, PostgreSQL refuses the whole batch for one,
// and lone surrogates are no characters.

/** The text without what no database holds. JSON escapes both, and needs nothing. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();
