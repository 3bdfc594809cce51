// The one-time notice: what is collected, that nothing personal is, how to turn it off.

/** Where the user's page is, from the root of a host project's documentation. */
export const MORE = 'https://github.com/traefikturkey/onramp-analytics/blob/main/docs/analytics.md';

/** The notice, shown once for each project, before or with the first event. */
export const NOTICE = `Analytics is on: anonymous usage events help the maintainers.
  Sent:       which commands ran, whether they succeeded and how long they took; names of
              services and overrides that the project ships; a random id.
  Never sent: host names, domains, addresses, paths, user names, settings, arguments, messages.
  Look:       make analytics-preview, make analytics-status
  Turn off:   make analytics-disable (or DO_NOT_TRACK=1)
  Read more:  ${MORE}
`;
