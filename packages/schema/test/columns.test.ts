// The registry of columns: what must hold of each entry, and what is made of it and committed.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMON, EVENTS } from '../../../src/catalogue/catalogue';
import { BREAKDOWNS } from '../src/breakdowns';
import { COLUMNS, columnsOf, ENVELOPE, fieldOf, type Kind, namesOf } from '../src/columns';
import { eventSchema, KINDS_WITH_SCHEMA } from '../src/json-schema';

const isUnique = (list: readonly unknown[]) => new Set(list).size === list.length;

describe('the columns', () => {
  it('have names that no other has, and that need no quotes in SQL', () => {
    const table = [
      'seq',
      'project_id',
      'time_ms',
      'id',
      'rest',
      'received_ms',
      'received_at',
      ...ENVELOPE,
    ];
    const warehouse = ['session', 'time', 'project'];
    const names = COLUMNS.map(({ name }) => name);
    expect(isUnique([...names, ...table, ...warehouse])).toBe(true);
    expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
    expect(
      isUnique([
        ...COLUMNS.map(fieldOf),
        'rest',
        'receivedMs',
        'uuid',
        'name',
        'distinctId',
        'timeMs',
      ]),
    ).toBe(true);
  });

  it('are each filled by names of their own', () => {
    expect(isUnique(COLUMNS.flatMap(namesOf))).toBe(true);
  });

  it('have dimensions and lists of their own, and none that was used for something else', () => {
    const dimensions = BREAKDOWNS.map(({ breakdown }) => breakdown.dimension);
    expect(isUnique([...dimensions, 1, 12])).toBe(true);
    expect(isUnique(BREAKDOWNS.map(({ breakdown }) => breakdown.list))).toBe(true);
  });

  it('that are made of others name one that there is, and how', () => {
    const made = COLUMNS.filter(({ from }) => from !== undefined);
    expect(made.length).toBeGreaterThan(0);
    for (const { from, values } of made) {
      expect(COLUMNS.map(({ name }) => name)).toContain(from);
      expect(values).toBeDefined();
    }
  });

  it.each<[Kind, string[]]>([
    ['installs', ['template', 'stage', 'duration_ms', 'os', 'node_major', 'package_manager']],
    ['agents', ['agent', 'error_type', 'duration_ms', 'success']],
    ['web', ['os']],
  ])('of a project of the kind %s include %j', (kind, names) => {
    expect(columnsOf(kind).map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect(columnsOf('web').map(({ name }) => name)).not.toContain('command');
  });

  it('hold every property of the shim’s catalogue, for projects of its kind', () => {
    const own = Object.values(EVENTS).flatMap(({ properties }) => Object.keys(properties));
    for (const name of [...own, ...Object.keys(COMMON)]) {
      const column = COLUMNS.find(({ property }) => property === name);
      expect(column?.kinds, name).toContain('cli');
    }
  });
});

describe('the JSON Schema of an event', () => {
  it('is docs/event.schema.json; `npx vitest run packages/schema -u` writes it', async () => {
    const text = `${JSON.stringify(eventSchema(), null, 2)}\n`;
    const file = join(import.meta.dirname, '../../../docs/event.schema.json');
    await expect(text).toMatchFileSnapshot(file);
  });

  it.each(Object.keys(KINDS_WITH_SCHEMA) as (keyof typeof KINDS_WITH_SCHEMA)[])(
    'of a project of the kind %s is docs/schema/KIND.schema.json, and has its columns alone',
    async (kind) => {
      const schema = eventSchema(kind);
      const { properties } = schema.properties.properties;
      const own = COLUMNS.filter(({ kinds, from }) => kinds.includes(kind) && !from);
      expect(Object.keys(properties)).toEqual(own.map(({ property }) => property));
      const file = join(import.meta.dirname, `../../../docs/schema/${kind}.schema.json`);
      await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(file);
    },
  );
});
