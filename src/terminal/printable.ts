// Text that came from a file, the environment or a server, made safe to print.

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** The text with U+FFFD for whatever moves the cursor, sets a title, or turns the writing round. */
export function printable(text: string): string {
  return text.replace(UNSAFE, '\ufffd');
}
