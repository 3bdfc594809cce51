// An entry of the record as text: one line where it fits, more where it does not.

import { flow } from '../terminal/layout';
import { printable } from '../terminal/printable';
import type { Entry } from './read';
import type { DeliveryStatus } from './status';

/** The common properties say nothing about the single event. */
const LEFT_OUT = ['shim_version', 'ci'];
const EVENT_WIDTH = 18;

const two = (value: number) => String(value).padStart(2, '0');

/** A moment in the time of this machine, to the second. */
function localTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return printable(iso);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** What became of it, in words. */
function statusInWords(status: DeliveryStatus): string {
  switch (status.outcome) {
    case 'local':
      return 'local only';
    case 'waiting':
      return 'waiting';
    case 'delivered':
      return `delivered ${localTime(status.at)}`;
    case 'dropped':
      return `dropped: ${printable(status.why)}`;
    case 'unknown':
      return 'unknown: the line that said it is damaged or lost';
  }
}

/** Where the lines after an entry's first one begin: below its event, where there is room. */
const BELOW = { wide: ' '.repeat(21), narrow: '  ', fromColumns: 60 } as const;

/** The entry in lines that fit, without their ends. A value stays whole where that can be. */
export function linesOf({ record, status }: Entry, columns: number): string[] {
  const properties = Object.entries(record.properties)
    .filter(([name]) => !LEFT_OUT.includes(name))
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`);
  const event = printable(record.event).padEnd(columns < BELOW.fromColumns ? 0 : EVENT_WIDTH);
  const words = [localTime(record.timestamp), event, ...properties.map(printable)];
  const next = columns < BELOW.fromColumns ? BELOW.narrow : BELOW.wide;
  return flow([...words, `· ${statusInWords(status)}`], { columns, next, gap: '  ' });
}

/** How many lines of the journal could not be read, as a sentence; empty for none. */
export function damagedInWords(damaged: number): string {
  if (damaged === 0) return '';
  return `${damaged} damaged line(s) in the journal could not be read and are left out.`;
}
