// What the process of the archive is asked to do, and what it says of it. Plain data: it goes through a pipe.

import type { StoreLocation } from '../store/open.ts';
import type { Erased, Order } from './erase.ts';

export interface Task {
  readonly location: StoreLocation;
  /** The identity of the store. */
  readonly identity: string;
  /** The folder of the archive. */
  readonly folder: string;
  readonly nowMs: number;
  readonly orders: readonly Order[];
  /** Parts of hours before this go; null: none do. */
  readonly expireBeforeMs: number | null;
}

export interface Done {
  readonly archived: { readonly rows: number; readonly parts: number; readonly lastSeq: number };
  readonly erased: Erased;
  readonly expired: Erased;
}

export type Said = { readonly done: Done } | { readonly error: string };
