// Statements, put together from three things: text written here, columns of the list, and bound
// values. Whatever a stranger sent is a value, so it can never be read as SQL.

import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  UBIGINT,
  VARCHAR,
} from '@duckdb/node-api';
import type { Scalar } from '../../../../schema/src/question.ts';
import { type Field, type Filter, QuestionError } from '../../../../schema/src/question.ts';
import { type Column, columnOf } from '../columns.ts';
import { keyOfText } from './keys.ts';

/** A name as SQL writes it. Only for names of the list of columns. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Where a statement's range and filters apply. */
export interface Scope {
  readonly project: number;
  readonly from: number;
  readonly to: number;
  readonly where?: readonly Filter[] | undefined;
}

/** The values of one statement, and what SQL calls them. */
export class Statement {
  readonly values: DuckDBValue[] = [];
  readonly types: DuckDBType[] = [];

  /** `lifted`: keys of the project's properties that have a column, and its name. */
  constructor(
    private readonly columns: readonly Column[],
    private readonly lifted: ReadonlyMap<bigint, string>,
  ) {}

  /** A text, number or boolean as a bound value. */
  bind(value: string | number | boolean): string {
    if (typeof value === 'string') return this.add(value, VARCHAR);
    return typeof value === 'number' ? this.add(value, DOUBLE) : this.add(value, BOOLEAN);
  }

  /** A whole number, such as an instant in ms: as the columns have it, so that they stay sorted. */
  integer(value: number): string {
    return this.add(BigInt(value), BIGINT);
  }

  /** An expression for the value of a field. */
  field(field: Field): string {
    if ('property' in field) return this.property(field.property);
    const { name } = this.column(field.column);
    if (name === 'distinct_id') return 'id';
    return quoted(name);
  }

  /** Whether an expression for it reads a column, not JSON. */
  isColumn(field: Field): boolean {
    return 'column' in field || this.lifted.has(keyOfText(field.property));
  }

  /** An expression for a number; null where the field has none. */
  number(field: Field): string {
    return 'property' in field ? `try_cast(${this.field(field)} AS DOUBLE)` : this.field(field);
  }

  /** The condition that an event is in scope. */
  scope({ project, from, to, where = [] }: Scope): string {
    return [
      `project = ${this.add(project, INTEGER)}`,
      `time >= ${this.integer(from)}`,
      `time < ${this.integer(to)}`,
      ...where.map((filter) => this.filter(filter, project)),
    ].join(' AND ');
  }

  /** All of these conditions. */
  all(filters: readonly Filter[], project: number): string {
    return filters.map((filter) => this.filter(filter, project)).join(' AND ');
  }

  /** One condition: never null. */
  filter(filter: Filter, project: number): string {
    const { op, value } = filter;
    if ('column' in filter && (filter.column === 'distinct_id' || filter.column === 'session')) {
      return this.key(filter.column, op, value, project);
    }
    const field = this.field(filter);
    if (value === null) return `${field} IS ${op === 'is' ? '' : 'NOT '}NULL`;
    if ('property' in filter && typeof value === 'number') {
      // 1e308, 1e+308 and 1E308 are one number, and three texts.
      const number = `try_cast(${field} AS DOUBLE)`;
      const bound = this.bind(value);
      if (op === 'is') return `coalesce(${number} = ${bound}, false)`;
      return `${number} IS DISTINCT FROM ${bound}`;
    }
    const bound = this.value(filter, value);
    if (op === 'is') return `(${field} IS NOT NULL AND ${field} = ${bound})`;
    if (op === 'is_not') return `${field} IS DISTINCT FROM ${bound}`;
    return `coalesce(contains(${field}, ${bound}), false)`;
  }

  /** A value, bound as its column has it. */
  private value(field: Field, value: string | number | boolean): string {
    if ('property' in field) return this.bind(String(value));
    const isTime = this.column(field.column).type === 'time';
    return isTime ? this.integer(Math.trunc(Number(value))) : this.bind(value);
  }

  /** Ids and sessions are kept as keys. */
  private key(column: string, op: Filter['op'], value: Scalar, project: number): string {
    const name = column === 'distinct_id' ? 'id' : 'session';
    if (value === null) return `${name} IS ${op === 'is' ? '' : 'NOT '}NULL`;
    const text = String(value);
    if (op === 'contains') {
      return `id IN (SELECT id FROM ids WHERE project = ${this.add(project, INTEGER)}
        AND contains(distinct_id, ${this.bind(text)}))`;
    }
    const keys = [keyOfText(text)];
    // A session may be named as answers name it.
    if (name === 'session' && /^[0-9a-f]{16}$/.test(text)) keys.push(BigInt(`0x${text}`));
    const bound = keys.map((key) => this.add(key, UBIGINT));
    const isOne = `coalesce(${name} IN (${bound.join(', ')}), false)`;
    return op === 'is' ? isOne : `NOT ${isOne}`;
  }

  private property(key: string): string {
    const json = this.columns.find((column) => column.json);
    if (!json) throw new QuestionError('property: these events have no properties');
    const column = this.lifted.get(keyOfText(key));
    if (column) return quoted(column);
    // A JSON pointer: unlike a path it has no wildcards, and every key can be written.
    const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return `json_extract_string(${quoted(json.name)}, ${this.bind(pointer)})`;
  }

  private column(name: string): Column {
    const column = columnOf(this.columns, name);
    if (!column) throw new QuestionError(`column: there is no ${JSON.stringify(name)}`);
    return column;
  }

  private add(value: DuckDBValue, type: DuckDBType): string {
    this.values.push(value);
    this.types.push(type);
    return `$${this.values.length}`;
  }
}
