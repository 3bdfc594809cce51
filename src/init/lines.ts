// Lines for a person: at most 80 columns, what follows below where the text began.

const COLUMNS = 80;

/** A text after a label, broken at spaces, but not inside of backquotes. Long words stay whole. */
export function hanging(label: string, text: string): string {
  const indent = ' '.repeat(label.length);
  const lines: string[] = [];
  let line = label;
  let isEmpty = true;
  for (const word of text.match(/[^\s`]*`[^`]*`\S*|\S+/g) ?? []) {
    if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}
