// The environment of a process, as far as anybody here looks at it.

/** The environment, or the part of it that somebody wants to try out. */
export type Environment = Readonly<Record<string, string | undefined>>;
