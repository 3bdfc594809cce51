// Questions to a collector, as a page asks them.

import type { Collector } from '../../support/collector.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
type Body = any;

/** One question, as parameters of a URL. */
export async function ask(
  collector: Collector,
  query: string,
): Promise<{ status: number; body: Body }> {
  const answer = await collector.admin('GET', `/api/v1/query?${query}`);
  return { status: answer.status, body: await answer.json() };
}

/** Asks until the answer is as it should be. @throws after `limitMs`, with the last one */
export async function answerWhen(
  collector: Collector,
  query: string,
  isRight: (body: Body) => boolean,
  limitMs = 20_000,
): Promise<Body> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const { status, body } = await ask(collector, query);
    if (status === 200 && isRight(body)) return body;
    if (status !== 200 && status !== 503) throw new Error(`${status}: ${JSON.stringify(body)}`);
    if (Date.now() > endMs) throw new Error(`still ${status} ${JSON.stringify(body)}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
