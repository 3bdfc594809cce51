// What everybody may see of a project, made once for all who ask, and forgotten when it changes.

import { createHash } from 'node:crypto';
import { peopleOf } from '../../../schema/src/people.ts';
import type { PublicFigures } from '../../../schema/src/public-figures.ts';
import type { Project } from '../event.ts';
import { PUBLIC_STEP } from '../limits.ts';
import type { Store } from '../store/store.ts';

/** An answer and its mark: who has the one of this mark need not be sent it again. */
export interface Tagged {
  readonly type: string;
  readonly body: string;
  /** For `ETag`. Weak: compressed or not, it is the same. */
  readonly tag: string;
}

export const tagged = (type: string, body: string): Tagged => ({
  type,
  body,
  tag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
});

/** What is published, and as it is sent. */
export interface PublicAnswer {
  readonly figures: PublicFigures;
  readonly json: Tagged;
}

type Months = PublicFigures['months'];

export class PublicAnswers {
  /** By the list of months: the store makes another one when it changes. */
  private readonly made = new WeakMap<Months, PublicAnswer>();

  constructor(private readonly store: Pick<Store, 'projects' | 'published'>) {}

  /** What is published of the project of this name; undefined: nothing, or there is no such project. */
  of(name: string): PublicAnswer | undefined {
    const { projects, published } = this.store;
    const project = projects.list().find((each) => each.name === name);
    if (!project || !published.has(project.id)) return undefined;
    const months = published.months(project.id);
    const counted = countedOf(project);
    const known = this.made.get(months);
    if (known && known.figures.project === name && known.figures.counted === counted) return known;
    const figures: PublicFigures = {
      project: name,
      counted,
      time_zone: 'UTC',
      at_least: PUBLIC_STEP,
      rounded_down_to: PUBLIC_STEP,
      months: fromFirst(months),
    };
    const json = tagged('application/json; charset=utf-8', JSON.stringify(figures));
    const answer = { figures, json };
    this.made.set(months, answer);
    return answer;
  }
}

/** Without those at the beginning of which nothing is said. 1.1 kept some from before a project's first event. */
function fromFirst(months: Months): Months {
  const first = months.findIndex(({ ids }) => ids !== null);
  return first < 0 ? [] : months.slice(first);
}

const countedOf = ({ kind }: Project): string => peopleOf(kind).toLowerCase();
