// Small charts made of characters.

import type { Look } from '../terminal/terminal';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN_LEVELS = ['.', ':', '-', '=', '+', '*', '%', '#'];

const CODES = { bold: '1', dim: '2', bar: '36', bad: '31' } as const;

/** Text in a colour or weight, where colours are wanted. */
export function styled(text: string, style: keyof typeof CODES, { isColoured }: Look): string {
  return isColoured && text !== '' ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

/** A bar of at most `width` characters. What is not nothing shows. */
export function bar(value: number, largest: number, width: number, look: Look): string {
  if (value <= 0 || largest <= 0) return '';
  const length = (value / largest) * width;
  if (!look.hasBlocks) return '#'.repeat(Math.max(1, Math.round(length)));
  const full = Math.floor(length);
  return '█'.repeat(full) + EIGHTHS[Math.floor((length - full) * 8)]! || '▏';
}

/** A line of columns, one for each value; nothing is a space. */
export function spark(values: readonly number[], look: Look): string {
  const largest = Math.max(1, ...values);
  const levels = look.hasBlocks ? LEVELS : PLAIN_LEVELS;
  return values
    .map((value) => {
      if (value <= 0) return look.hasBlocks ? ' ' : '_';
      return levels[Math.min(levels.length - 1, Math.floor((value / largest) * levels.length))]!;
    })
    .join('');
}

/** Text cut to a width, or filled up to it. */
export function cell(text: string, width: number): string {
  const letters = [...text];
  if (letters.length <= width) return text + ' '.repeat(width - letters.length);
  return `${letters.slice(0, Math.max(0, width - 1)).join('')}~`;
}
