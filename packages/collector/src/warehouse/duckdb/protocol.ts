// What the collector and the process of the warehouse say to each other.

import type { Answer, Question, Scalar } from '../../../../schema/src/question.ts';
import type { Row, Status } from '../warehouse.ts';
import type { FileSettings } from './file.ts';

/** Rows by column: half the bytes of rows, and quicker to pack and unpack. */
export interface PackedRows {
  readonly project: Int32Array;
  readonly seq: Float64Array;
  readonly timeMs: Float64Array;
  readonly event: string[];
  readonly distinctId: string[];
  readonly session: (string | null)[];
  /** Columns in which every row is null are missing. */
  readonly values: Record<string, Scalar[]>;
}

/** A part of a batch: from 0 on, one after the other. */
export interface Part {
  readonly number: number;
  readonly part: number;
  readonly isLast: boolean;
  readonly rows: PackedRows;
}

/** Settings of the process. */
export interface ProcessSettings extends FileSettings {
  /** Questions that run at the same time. */
  readonly readers: number;
  /** How long a question may run, in ms. */
  readonly questionMs: number;
  /** The file killed its process more than once: do not open it again. */
  readonly isKnownBad: boolean;
}

/** What can be asked of the process: arguments and result. */
export interface Calls {
  open: [settings: ProcessSettings, result: null];
  /** null: go on with the next part. */
  write: [part: Part, result: boolean | null];
  /** Nothing of a batch whose last part has not come is written. */
  abandon: [number: number, result: null];
  lastBatch: [nothing: null, result: number | null];
  query: [question: Question, result: Answer];
  erase: [
    who: { project: number; distinctId: string; untilSeq: number | undefined },
    result: number,
  ];
  eraseEvents: [which: { project: number; seqs: readonly number[] }, result: number];
  dropProject: [project: number, result: number];
  dropBefore: [which: { project: number; timeMs: number }, result: number];
  reset: [nothing: null, result: null];
  adopt: [source: string, result: null];
  /** After its answer the process ends, for the one that opens the new file. */
  compact: [nothing: null, result: null];
  status: [nothing: null, result: ProcessStatus];
}
export type CallName = keyof Calls;

/** The part of a status that only the process knows. */
export type ProcessStatus = Pick<
  Status,
  'reason' | 'source' | 'lastBatch' | 'rows' | 'hasErasedBytes' | 'bytes' | 'memoryBytes'
>;

/** Collector to process. */
export interface Request {
  readonly id: number;
  readonly name: CallName;
  readonly argument: unknown;
}

/** Process to collector. */
export type Response =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number;
      readonly error: string;
      readonly is: 'question' | 'unavailable' | 'other';
    };

/** How the process ends when it finds that the file cannot be read. */
export const EXIT_DAMAGED = 65;

/** Rows, packed for the process. */
export function pack(rows: readonly Row[], columns: readonly string[]): PackedRows {
  const values: Record<string, Scalar[]> = {};
  const known = new Set(columns);
  for (const [index, row] of rows.entries()) {
    for (const name in row.values) {
      const value = row.values[name] ?? null;
      if (value === null || !known.has(name)) continue;
      values[name] ??= new Array<Scalar>(rows.length).fill(null);
      values[name][index] = value;
    }
  }
  return {
    project: Int32Array.from(rows, ({ project }) => project),
    seq: Float64Array.from(rows, ({ seq }) => seq),
    timeMs: Float64Array.from(rows, ({ timeMs }) => timeMs),
    event: rows.map(({ event }) => event),
    distinctId: rows.map(({ distinctId }) => distinctId),
    session: rows.map(({ session }) => session),
    values,
  };
}
