// A question as the parameters of a URL, and back: what `GET /api/v1/query` takes, pages write, and
// docs/api.md shows.
//
//   project=website&kind=breakdown&from=2026-01-01&to=2026-02-01&zone=Europe/Berlin&by=os
//   &where=command:is:up&where=prop.template:contains:react

import type { Parameter } from './parameter.ts';
import { PARAMETERS, QUESTION_KINDS } from './parameters.ts';
import { type Question, QuestionError, type QuestionKind } from './question.ts';

type Unplaced<Q> = Q extends unknown ? Omit<Q, 'project'> : never;

/** A question of which the project is not known by its number. */
export type UnplacedQuestion = Unplaced<Question>;

/** What is read from a URL. */
export interface Asked {
  /** Name or number; undefined when there was none. */
  readonly project: string | undefined;
  readonly question: UnplacedQuestion;
}

/** The parameters of a question: `new URLSearchParams(paramsOf(…))`. */
export function paramsOf(project: string | number, question: UnplacedQuestion): [string, string][] {
  const params: [string, string][] = [
    ['project', String(project)],
    ['kind', question.kind],
  ];
  for (const { name, key, kinds, write } of PARAMETERS) {
    const value = (question as Record<string, unknown>)[key];
    if (value === undefined || !kinds.includes(question.kind)) continue;
    for (const each of write(value)) params.push([name, each]);
  }
  return params;
}

/**
 * The question of parameters: its shape, not whether a project has such columns.
 * @param params names and values, such as URLSearchParams
 * @param zone whose days are meant where the parameters do not say it: that of the project
 * @throws QuestionError
 */
export function readParams(params: Iterable<readonly [string, string]>, zone?: string): Asked {
  const given = new Map<string, string[]>();
  for (const [name, value] of params) given.set(name, [...(given.get(name) ?? []), value]);
  const kind = given.get('kind')?.[0] as QuestionKind | undefined;
  if (!kind || !QUESTION_KINDS.includes(kind)) {
    throw new QuestionError(`kind: use one of ${QUESTION_KINDS.join(', ')}`);
  }
  const taken = PARAMETERS.filter(({ kinds }) => kinds.includes(kind));
  checkNames(given, kind, taken);
  const question: Record<string, unknown> = { kind, ...(zone !== undefined && { zone }) };
  for (const { name, key, required, fallback, read } of taken) {
    const texts = given.get(name);
    if (texts) question[key] = read(texts, question);
    else if (required) throw new QuestionError(`${name}: say it; ${kind} needs it`);
    else {
      const value = (fallback as Record<string, unknown> | undefined)?.[kind];
      if (value !== undefined) question[key] = value;
    }
  }
  if (kind === 'breakdown' && question.by === undefined) {
    throw new QuestionError('by: say which field is broken down');
  }
  return {
    project: given.get('project')?.[0],
    question: question as unknown as UnplacedQuestion,
  };
}

function checkNames(
  given: ReadonlyMap<string, readonly string[]>,
  kind: string,
  taken: readonly Parameter[],
): void {
  for (const [name, values] of given) {
    const parameter = taken.find((each) => each.name === name);
    if (parameter === undefined && name !== 'project' && name !== 'kind') {
      const names = ['project', 'kind', ...taken.map((each) => each.name)];
      throw new QuestionError(
        `${name.slice(0, 64)}: ${kind} has no such parameter; it has ${names.join(', ')}`,
      );
    }
    if (!parameter?.isList && values.length > 1) throw new QuestionError(`${name}: say it once`);
  }
}
