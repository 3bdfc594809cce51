// Plays the attacker: who has all published answers of a year, and subtracts, adds and joins them in every
// way there is, never learns of a group of fewer than five ids. With exact numbers, and with steps of
// five, the same attacker does.

import { describe, expect, it } from 'vitest';
import { type ExactCounts, publish } from '../../src/published/figures.ts';
import type { Figures } from '../../src/store/published.ts';

/** What an id did in a month. `os` and `version` it has one of; services any number. */
interface Member {
  readonly os: string;
  readonly version: string;
  readonly services: readonly string[];
}
/** By id. */
type Month = ReadonlyMap<string, Member>;

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A year: most have what most have, a few have something rare; people come and go. */
function yearOf(seed: number): Month[] {
  const random = seeded(seed);
  const skewed = (names: readonly string[]) =>
    names[Math.floor(names.length * random() ** 3)] as string;
  const size = 20 + Math.floor(random() * 180);
  return Array.from({ length: 12 }, (_, month) => {
    const members = new Map<string, Member>();
    for (let id = 0; id < size + month * Math.floor(random() * 8); id++) {
      if (random() < 0.1) continue;
      members.set(`id-${id}`, {
        os: skewed(['linux', 'macos', 'windows', 'freebsd', 'haiku']),
        version: skewed(['1.2', '1.1', '1.0', '0.9']),
        services: ['plex', 'traefik', 'sonarr', 'gitea', 'rare'].filter(() => random() < 0.3),
      });
    }
    return members;
  });
}

const LISTS = ['os', 'version', 'services'] as const;
/** Lists in which an id has one value: their values are parts of the month. */
const PARTITIONS = ['os', 'version'] as const;

type Group = ReadonlySet<string>;
const withValue = (month: Month, list: (typeof LISTS)[number], name: string): Group =>
  new Set([...month].filter(([, member]) => member[list].includes(name)).map(([id]) => id));
const namesIn = (month: Month, list: (typeof LISTS)[number]): string[] => [
  ...new Set([...month.values()].flatMap((member) => member[list])),
];

const countsOf = (month: Month): ExactCounts => ({
  ids: month.size,
  lists: Object.fromEntries(
    LISTS.map((list) => [
      list,
      namesIn(month, list).map((name) => ({ name, ids: withValue(month, list, name).size })),
    ]),
  ),
});

/** A group that the attacker has bounds for, and what it is in truth. */
interface Known {
  readonly what: string;
  readonly atMost: number;
  readonly truth: Group;
}

const without = (group: Group, ...others: Group[]): Group =>
  new Set([...group].filter((id) => !others.some((other) => other.has(id))));
const within = (group: Group, other: Group): Group =>
  new Set([...group].filter((id) => other.has(id)));
const isPart = (part: Group, whole: Group): boolean => without(part, whole).size === 0;

/** Everything that can be concluded from the answers of a year. `step`: how they were rounded. */
function conclusions(answers: readonly Figures[], year: readonly Month[], step: number): Known[] {
  const known: Known[] = [];
  const top = (published: number) => published + step - 1;
  /** What there is to know of a month: each published number, and its group. */
  const numbersOf = (index: number) => {
    const month = year[index]!;
    const { ids, lists } = answers[index]!;
    const all: Group = new Set(month.keys());
    const numbers = LISTS.flatMap((list) =>
      (lists[list] ?? []).map(({ name, ids: published }) => ({
        what: `${index}.${list}=${name}`,
        list: list as string,
        published,
        truth: withValue(month, list, name),
      })),
    );
    if (ids !== null) numbers.push({ what: `${index}`, list: '', published: ids, truth: all });
    return numbers;
  };

  answers.forEach((answer, index) => {
    const month = year[index]!;
    const numbers = numbersOf(index);
    const all: Group = new Set(month.keys());
    for (const { what, published, truth } of numbers)
      known.push({ what, atMost: top(published), truth });

    // Values that other months have and this one has not: fewer than the least that is published.
    for (const list of LISTS) {
      for (const name of new Set(
        answers.flatMap(({ lists }) => lists[list]!.map((each) => each.name)),
      )) {
        if (answer.lists[list]!.some((each) => each.name === name)) continue;
        const truth = withValue(month, list, name);
        known.push({ what: `${index}.${list}=${name} unpublished`, atMost: step - 1, truth });
      }
    }

    // The month, or a value, less any parts of it; parts of a partition added up.
    for (const whole of numbers) {
      for (const part of numbers) {
        if (whole === part || !isPart(part.truth, whole.truth)) continue;
        known.push({
          what: `${whole.what} - ${part.what}`,
          atMost: top(whole.published) - part.published,
          truth: without(whole.truth, part.truth),
        });
      }
    }
    if (answer.ids === null) return;
    for (const list of PARTITIONS) {
      const parts = numbers.filter((each) => each.list === list);
      for (let chosen = 1; chosen < 2 ** parts.length; chosen++) {
        const some = parts.filter((_, bit) => (chosen & (1 << bit)) !== 0);
        known.push({
          what: `${index} - ${some.map(({ what }) => what).join(' - ')}`,
          atMost: top(answer.ids) - some.reduce((sum, { published }) => sum + published, 0),
          truth: without(all, ...some.map(({ truth }) => truth)),
        });
      }
    }
    // Joins: both of two, one and not the other.
    for (const a of numbers) {
      for (const b of numbers) {
        if (a === b) continue;
        known.push({
          what: `${a.what} and ${b.what}`,
          atMost: Math.min(top(a.published), top(b.published)),
          truth: within(a.truth, b.truth),
        });
        known.push({
          what: `${a.what} and not ${b.what}`,
          atMost: Math.min(top(a.published), top(answer.ids) - b.published),
          truth: without(a.truth, b.truth),
        });
      }
    }
  });
  // Over months: who came or left, where one month's are all among the other's.
  for (let one = 0; one < answers.length; one++) {
    for (let other = 0; other < answers.length; other++) {
      if (one === other) continue;
      for (const whole of numbersOf(one)) {
        for (const part of numbersOf(other)) {
          if (!isPart(part.truth, whole.truth)) continue;
          known.push({
            what: `${whole.what} - ${part.what}`,
            atMost: top(whole.published) - part.published,
            truth: without(whole.truth, part.truth),
          });
        }
      }
    }
  }
  return known;
}

/** Groups of somebody, of which the attacker is certain that they are fewer than five. */
const isolatedIn = (year: readonly Month[], step: number): string[] =>
  conclusions(
    year.map((month) => publish(countsOf(month), step)),
    year,
    step,
  )
    .filter(({ atMost, truth }) => truth.size > 0 && atMost < 5)
    .map(({ what, atMost }) => `${what} <= ${atMost}`);

/** Everything the attacker concludes must be true, or the test tests nothing. */
const wrongIn = (year: readonly Month[], step: number): string[] =>
  conclusions(
    year.map((month) => publish(countsOf(month), step)),
    year,
    step,
  )
    .filter(({ atMost, truth }) => truth.size > atMost)
    .map(({ what }) => what);

describe('an attacker with all published answers of a year', () => {
  const YEARS = Array.from({ length: 12 }, (_, seed) => yearOf(seed + 1));

  it('concludes nothing that is wrong', () => {
    for (const year of YEARS.slice(0, 3)) {
      for (const step of [1, 5, 10]) expect(wrongIn(year, step)).toEqual([]);
    }
  });

  it('isolates people in exact numbers', () => {
    expect(YEARS.flatMap((year) => isolatedIn(year, 1)).length).toBeGreaterThan(100);
  });

  it('isolates people in steps of five', () => {
    expect(YEARS.flatMap((year) => isolatedIn(year, 5)).length).toBeGreaterThan(10);
  });

  it('isolates nobody in what is published', () => {
    for (const year of YEARS) expect(isolatedIn(year, 10)).toEqual([]);
  });
});

describe('what is published of a month', () => {
  const values = (...counts: number[]) => counts.map((ids, index) => ({ name: `v${index}`, ids }));

  it('is rounded down to tens; below ten there is nothing', () => {
    expect(publish({ ids: 39, lists: { os: values(9, 10, 19, 20) } })).toEqual({
      ids: 30,
      lists: {
        os: [
          { name: 'v3', ids: 20 },
          { name: 'v1', ids: 10 },
          { name: 'v2', ids: 10 },
        ],
      },
    });
    expect(publish({ ids: 9, lists: { os: values(9) } })).toEqual({ ids: null, lists: { os: [] } });
  });

  it('has at least five ids behind every number, whatever the counts', () => {
    for (let ids = 0; ids < 200; ids++) {
      const figures = publish({ ids, lists: { os: values(ids) } });
      for (const shown of [figures.ids, figures.lists.os![0]?.ids ?? null]) {
        if (shown !== null)
          expect([shown >= 10, shown <= ids, shown % 10]).toEqual([true, true, 0]);
      }
    }
  });

  it('is in an order that says no more than the numbers', () => {
    const one = publish({ ids: 99, lists: { os: values(11, 19, 15) } });
    const other = publish({ ids: 99, lists: { os: values(19, 11, 12) } });
    expect(one).toEqual(other);
  });
});
