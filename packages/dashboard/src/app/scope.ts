// What every panel of a view asks about: a project, a period, its filters. And how a question becomes
// a URL: panels say only what is their own.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { COLUMNS, type Column, type Kind } from '../../../schema/src/columns';
import { readField } from '../../../schema/src/condition';
import { fieldsOf } from '../../../schema/src/fields';
import { paramsOf, type UnplacedQuestion } from '../../../schema/src/notation';
import type { AnswerOf, Field, Filter, Question, QuestionKind } from '../../../schema/src/question';
import { type Entry, useAnswer } from './answers';
import type { Period, Span } from './range';
import { currentView, go, isSame, type View } from './view';

export interface Project {
  readonly id: number;
  readonly name: string;
  readonly kind?: Kind;
  readonly time_zone?: string;
  /** Whether everybody may see its published months. */
  readonly public?: boolean;
}

export interface Scope {
  readonly project: Project;
  readonly kind: Kind;
  readonly view: View;
  readonly zone: string;
  readonly period: Period;
  /** Now, as the questions have it. */
  readonly nowMs: number;
  /** What it is for is not on the screen, and asks when all else has been. */
  readonly isHeld?: boolean;
}

export const ScopeContext = createContext<Scope | undefined>(undefined);

/** The scope of the view that a part stands in. */
export function useScope(): Scope {
  const scope = useContext(ScopeContext);
  if (!scope) throw new Error('a panel outside of a view');
  return scope;
}

/** The columns that events of a kind of project have, in the order of the registry. */
export const columnsOf = (kind: Kind): readonly Column[] =>
  COLUMNS.filter(({ kinds }) => kinds.includes(kind));

const FIELDS = fieldsOf();

/** A field in words. */
export function labelOf(field: Field): string {
  if ('property' in field) return field.property;
  return FIELDS.find(({ name }) => name === field.column)?.label ?? field.column;
}

/** The field of a name, as addresses have it: a column, or `prop.KEY`. */
export const fieldOfName = (name: string): Field =>
  name.startsWith('prop.') ? readField('by', name) : { column: name };

/** A field's value in words, as in "os is linux". */
export const oneOf = (field: Field): string =>
  'property' in field ? field.property : field.column.replaceAll('_', ' ');

/** The same, at the head of a list. Two letters are an abbreviation. */
export function headOf(field: Field): string {
  const one = oneOf(field);
  return one.length <= 2 ? one.toUpperCase() : `${one.charAt(0).toUpperCase()}${one.slice(1)}`;
}

type Own<Q> = Q extends Question ? Omit<Q, 'project' | 'from' | 'to' | 'zone' | 'where'> : never;

/** What a panel asks: its kind and what belongs to it; the rest comes from the view. */
export type Asked = Own<Question> & {
  /** Besides the view's filters. */
  readonly where?: readonly Filter[];
  /** Instead of the view's period. */
  readonly span?: Span;
};

/** The URL that answers a question in a scope. */
export function urlOf(scope: Scope, { where = [], span = scope.period, ...own }: Asked): string {
  const question = {
    ...own,
    from: span.from,
    to: span.to,
    // Also that of the project: it may have been changed since the page asked for it.
    zone: scope.zone,
    where: [...scope.view.where, ...where],
  } as UnplacedQuestion;
  return `/api/v1/query?${new URLSearchParams(paramsOf(scope.project.id, question))}`;
}

/** What is known of a panel's question. */
export interface Answered<K extends QuestionKind> extends Entry {
  readonly answer: AnswerOf<K> | undefined;
}

/** Asks within a scope; `asked` undefined: nothing. */
export function useAsked<K extends QuestionKind>(
  scope: Scope,
  asked: (Asked & { readonly kind: K }) | undefined,
): Answered<K> {
  const entry = useAnswer<AnswerOf<K>>(asked && !scope.isHeld ? urlOf(scope, asked) : undefined);
  return { ...entry, answer: entry.data as AnswerOf<K> | undefined };
}

/** Whether events of this project have a column. */
export const hasColumn = ({ kind }: Scope, column: string): boolean =>
  columnsOf(kind).some(({ name }) => name === column);

/** The totals of a view, as all of its parts ask for them: once. */
export const totalsOf = (scope: Scope) =>
  ({
    kind: 'totals',
    ...(hasColumn(scope, 'duration_ms') && { measure: { column: 'duration_ms' } }),
  }) as const;

/** Adds a filter to the view, or takes it away if it is there. */
export function toggle(filter: Filter): void {
  const view = currentView();
  const others = view.where.filter((each) => !isSame(each, filter));
  const isThere = others.length < view.where.length;
  go({ ...view, where: isThere ? others : [...others, filter] });
}

export const isFiltered = ({ view }: Scope, filter: Filter): boolean =>
  view.where.some((each) => isSame(each, filter));
