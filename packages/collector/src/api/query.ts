// `GET /api/v1/query`: any question about a project, answered by the warehouse. docs/api.md has its
// parameters; packages/schema/src/notation.ts reads them.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { COLUMNS } from '../../../schema/src/columns.ts';
import { readParams, type UnplacedQuestion } from '../../../schema/src/notation.ts';
import {
  type Field,
  type QueryAnswer,
  type Question,
  QuestionError,
} from '../../../schema/src/question.ts';
import { visibleTo } from '../admin/access.ts';
import type { Auth } from '../admin/auth.ts';
import { projectOf } from '../admin/params.ts';
import type { Project } from '../event.ts';
import { Refused } from '../http/refused.ts';
import type { Projects } from '../store/records.ts';
import { checkQuestion, filtersOf } from '../warehouse/check.ts';
import { columnsOf } from '../warehouse/columns.ts';
import type { Keeper } from '../warehouse/keeper.ts';
import { WarehouseUnavailable } from '../warehouse/warehouse.ts';

export interface QueryParts {
  readonly auth: Auth;
  readonly projects: Projects;
  /** undefined: this collector has no warehouse. */
  readonly keeper: Keeper | undefined;
}

/** Registers the route. */
export function query(app: FastifyInstance, { auth, projects, keeper }: QueryParts): void {
  const config = { isRepeatable: true };
  app.get('/api/v1/query', { config, onRequest: auth.reads }, async (request) => {
    const params = paramsIn(request);
    const { project: key } = refusing(() => readParams(params));
    const project = projectOf({ project: key }, visibleTo(request.access, projects));
    // Dates of the parameters are days of the project, which is known only now.
    const { question } = refusing(() => readParams(params, project.timeZone));
    const { zone = 'UTC' } = question;
    const checked = refusing(() => placed(question, project));
    if (!keeper) throw noWarehouse();
    try {
      const { answer, waiting } = await keeper.query(checked);
      const { id, name } = project;
      return { ...answer, project: { id, name }, zone, behind: waiting } satisfies QueryAnswer;
    } catch (error) {
      if (error instanceof QuestionError) throw invalid(error);
      if (!(error instanceof WarehouseUnavailable)) throw error;
      const waiting = await keeper.waiting();
      throw new Refused(
        503,
        'warehouse_unavailable',
        `${error.message}. ${waiting} events wait for it and are not lost; ask again in a moment`,
      );
    }
  });
}

/** There is none to ask. */
export const noWarehouse = () =>
  new Refused(
    501,
    'no_warehouse',
    'this collector has no warehouse, so it answers no questions: COLLECTOR_WAREHOUSE is none',
  );

const invalid = ({ message }: QuestionError) => new Refused(400, 'invalid_question', message);

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof QuestionError ? invalid(error) : error;
  }
}

/** The parameters as they stand in the URL: those that are given twice, too. */
const paramsIn = ({ raw }: FastifyRequest) =>
  new URL(raw.url ?? '/', 'http://localhost').searchParams;

/** The question about a project, whose columns it must be about. @throws QuestionError */
function placed(question: UnplacedQuestion, project: Project): Question {
  const columns = columnsOf(project.kind);
  const checked = checkQuestion({ ...question, project: project.id }, columns);
  const fields: (Field | undefined)[] = [
    ...filtersOf(checked),
    'by' in checked ? checked.by : undefined,
    'measure' in checked ? checked.measure : undefined,
  ];
  for (const field of fields) {
    if (!field || !('property' in field)) continue;
    const column = COLUMNS.find((each) => each.property === field.property);
    // Such a property was moved into its column: asked for by its key, it would always be missing.
    if (column && columns.some(({ name }) => name === column.name)) {
      throw new QuestionError(
        `prop.${field.property}: it has a column; ask for ${column.name} instead`,
      );
    }
  }
  return checked;
}
