// What tells a PostHog, with every event of the shim, to keep nothing of the person behind it.

/** Set on every event, not left to a library. src/catalogue/catalogue.ts says what each is for. */
export const PRIVACY_PROPERTIES = {
  $geoip_disable: true,
  $process_person_profile: false,
  $ip: null,
} as const;
