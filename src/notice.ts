// The one-time notice: what is collected, that nothing personal is, how to turn it off.

import { readMoreAt } from './host/settings';

/** The notice of the project at `root`, shown once, before or with the first event. */
export function noticeOf(root: string): string {
  return `Analytics is on: anonymous usage events help the maintainers.
  Sent:       which commands ran, whether they succeeded and how long they took; names of
              services and overrides that the project ships; a random id.
  Never sent: host names, domains, addresses, paths, user names, settings, arguments, messages.
  Look:       make analytics-preview, make analytics-status
  Turn off:   make analytics-disable (or DO_NOT_TRACK=1)
  Read more:  ${readMoreAt(root)}
`;
}
