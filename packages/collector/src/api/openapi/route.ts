// How a route is described: one entry for each, in the words of docs/api.md.

/** A schema of JSON. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * Who may ask: `anybody`; who has a project's `token`, which writes; a `reader` and a `changer`, of their
 * project or of all; the `admin` of all.
 */
export type Who = 'anybody' | 'token' | 'reader' | 'changer' | 'admin';

export interface Parameter {
  readonly name: string;
  readonly doc: string;
  readonly schema?: Schema;
  readonly required?: boolean;
  readonly example?: string;
  /** May be given more than once. */
  readonly isList?: boolean;
}

export interface Answer {
  readonly doc: string;
  /** A JSON body. */
  readonly schema?: Schema;
  /** The media type of a body that is no JSON. */
  readonly type?: string;
}

export interface Route {
  /** `GET /api/v1/query`; parts of a path that vary as `{id}`. More paths that mean the same follow. */
  readonly at: readonly string[];
  readonly tag: string;
  readonly who: Who;
  readonly summary: string;
  readonly doc?: string;
  readonly query?: readonly Parameter[];
  readonly body?: { readonly doc: string; readonly schema: Schema; readonly example?: unknown };
  readonly answers: Readonly<Record<number, Answer>>;
}

export const text = (description?: string): Schema => ({
  type: 'string',
  ...(description !== undefined && { description }),
});
export const whole = (description?: string): Schema => ({
  type: 'integer',
  ...(description !== undefined && { description }),
});
export const nullable = (schema: Schema): Schema => ({
  ...schema,
  type: [schema.type as string, 'null'],
});
export const list = (items: Schema): Schema => ({ type: 'array', items });

/** An object with all of these members, and perhaps more: clients ignore what they do not know. */
export const object = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});
/** An object with some of these members. */
export const partial = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  properties,
});
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

export const PROJECT: Parameter = {
  name: 'project',
  doc: 'Name or number of the project; the first one if it is missing.',
  example: 'default',
};
export const DAYS: readonly Parameter[] = [
  {
    name: 'from',
    doc: 'The first day, in UTC; 30 days ago if it is missing.',
    example: '2026-01-01',
  },
  { name: 'to', doc: 'The last day, included; today if it is missing.', example: '2026-01-31' },
];
export const FORMAT = (formats: readonly string[], fallback: string): Parameter => ({
  name: 'format',
  doc: `\`${fallback}\` if it is missing.`,
  schema: { type: 'string', enum: formats },
});

/** Of a list in pages. */
export const PAGE: readonly Parameter[] = [
  { name: 'after', doc: '`next_after` of the page before.' },
  { name: 'limit', doc: '1 to 1,000; 100 if it is missing.', schema: { type: 'integer' } },
];

export const MISSING = { 404: { doc: 'There is nothing of this id.' } };
