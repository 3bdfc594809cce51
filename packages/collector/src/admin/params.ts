// What admin routes read from their query: a project and a range of days.

import type { FastifyRequest } from 'fastify';
import type { Project } from '../event.ts';
import { Refused } from '../http/refused.ts';
import type { Range } from '../store/numbers.ts';
import { dayOf, parseDay } from '../store/periods.ts';
import type { Visible } from './access.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_660;

export type Query = Readonly<Record<string, string | undefined>>;
export const queryOf = (request: FastifyRequest): Query => request.query as Query;

/** The project a query names; the first one when it names none. @throws Refused */
export function projectOf(query: Query, projects: Visible): Project {
  const project = query.project ? projects.find(query.project) : projects.list()[0];
  if (!project) throw new Refused(404, 'unknown_project', 'there is no such project');
  return project;
}

/** The days `from` and `to` of a query, both included; the last 30 days without. @throws Refused */
export function rangeOf(query: Query, projects: Visible, nowMs: number): Range {
  const day = (name: 'from' | 'to', fallback: number): number => {
    const text = query[name];
    const parsed = text ? parseDay(text) : fallback;
    if (parsed === undefined) {
      throw new Refused(400, 'invalid_day', `${name} is a day, such as 2026-01-31`);
    }
    return parsed;
  };
  const toDay = day('to', dayOf(nowMs));
  const fromDay = day('from', toDay - DEFAULT_DAYS + 1);
  if (fromDay > toDay) throw new Refused(400, 'invalid_range', 'from is after to');
  if (toDay - fromDay > MAX_DAYS) throw new Refused(400, 'invalid_range', 'more than ten years');
  return { project: projectOf(query, projects).id, fromDay, toDay };
}

/** A whole number of a query, within bounds. @throws Refused */
export function wholeOf(text: string | undefined, fallback: number, max: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new Refused(400, 'invalid_number', 'use a whole number');
  }
  return Math.min(value, max);
}
