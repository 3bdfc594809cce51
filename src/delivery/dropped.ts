// Why an event was dropped, as `log` shows it.

export const DROPPED = {
  disabled: 'analytics was turned off',
  id: 'the anonymous id was reset',
  cleared: 'the record was cleared',
  catalogue: 'not in the catalogue',
  rejected: 'the server rejected it',
} as const;
