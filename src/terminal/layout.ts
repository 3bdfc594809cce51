// Text laid out for a width: wrapped, flowed, in two columns. Nothing is wider than the terminal.

/** How many columns a text takes. Names and messages of ours hold no wide characters. */
const widthOfText = (text: string): number => [...text].length;

/** A word in parts that fit; a path is cut behind a slash where that can be. */
function parts(word: string, room: number): string[] {
  const letters = [...word];
  const found: string[] = [];
  while (letters.length > room) {
    const slash = letters.lastIndexOf('/', room - 1);
    found.push(letters.splice(0, slash > 0 ? slash + 1 : room).join(''));
  }
  return [...found, letters.join('')];
}

/**
 * Lines that hold `items` one after the other with `gap` between them, each as a whole where that can
 * be. The first line begins with `first`, the others with `next`.
 */
export function flow(
  items: readonly string[],
  { columns, first = '', next = first, gap = ' ' }: Layout & { gap?: string },
): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true; // Nothing but its beginning is in the line.
  const add = (item: string, between = gap) => {
    if (!isEmpty && widthOfText(line + between + item) > columns) {
      lines.push(line);
      line = next;
      isEmpty = true;
    }
    line += isEmpty ? item : between + item;
    isEmpty = false;
  };
  const room = Math.max(8, columns - Math.max(widthOfText(first), widthOfText(next)));
  for (const item of items) {
    if (widthOfText(item) <= room) {
      add(item);
      continue;
    }
    const [begin = '', ...rest] = item.split(' ').flatMap((word) => parts(word, room));
    add(begin);
    for (const part of rest) add(part, ' ');
  }
  return [...lines, line].map((each) => each.trimEnd());
}

/** The width, and what lines begin with. */
export interface Layout {
  readonly columns: number;
  readonly first?: string;
  readonly next?: string;
}

/** Prose in lines that fit. Words with a no-break space between them stay in one, with a space. */
export function wrap(text: string, layout: Layout): string[] {
  return flow(text.split(' '), layout).map((line) => line.replaceAll('\u00a0', ' '));
}

/** Less than this beside the names, and the text stands below them. */
const LEAST_BESIDE = 22;

/**
 * Names with a text beside each, or below it where there is no room. `indent` is before the names.
 */
export function twoColumns(
  rows: readonly (readonly [name: string, text: string])[],
  { columns, indent = '' }: { columns: number; indent?: string },
): string[] {
  const widest = Math.max(0, ...rows.map(([name]) => widthOfText(name)));
  const left = indent.length + widest + 2;
  const isBeside = columns - left >= LEAST_BESIDE;
  const below = `${indent}    `;
  return rows.flatMap(([name, text]) => {
    const longest = Math.max(...text.split(' ').map(widthOfText));
    if (isBeside && longest <= columns - left) {
      const first = `${indent}${name}${' '.repeat(widest - widthOfText(name) + 2)}`;
      return wrap(text, { columns, first, next: ' '.repeat(left) });
    }
    return [...wrap(name, { columns, first: indent }), ...wrap(text, { columns, first: below })];
  });
}
