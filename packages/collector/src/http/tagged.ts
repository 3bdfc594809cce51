// Answers with a mark: whoever has this one already is told so, and is sent nothing.

import type { FastifyReply, FastifyRequest } from 'fastify';

/** Is one of the marks that a client has this one? Weak or not, as RFC 9110 compares them here. */
export function isKnown(request: FastifyRequest, tag: string): boolean {
  const known = request.headers['if-none-match'];
  if (known === undefined) return false;
  const bare = (text: string) => text.trim().replace(/^W\//, '');
  return known.trim() === '*' || known.split(',').some((each) => bare(each) === bare(tag));
}

/** Sends it, or 304. */
export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, body, tag }: { readonly type: string; readonly body: string; readonly tag: string },
): FastifyReply {
  reply.header('etag', tag);
  return isKnown(request, tag) ? reply.code(304).send() : reply.type(type).send(body);
}
