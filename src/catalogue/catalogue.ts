// The catalogue: everything that can ever leave this machine, and why.
//
// Validation, `preview`, `events`, the table in docs/analytics.md and the tests are made from this
// file. What it does not name is dropped before it is written down.

/** What a property's value may be. `name` and `one of` are closed sets of short words. */
export type PropertyType =
  | { kind: 'name' }
  | { kind: 'boolean' }
  | { kind: 'count' }
  | { kind: 'version' }
  | { kind: 'one of'; values: readonly string[] };

/** One property of an event: its type, whether it may be missing, and what maintainers learn. */
export interface Property {
  readonly type: PropertyType;
  readonly optional?: true;
  readonly purpose: string;
}

/** One event: when it happens, and its own properties (the common ones are added to each). */
export interface EventDefinition {
  readonly when: string;
  readonly properties: Readonly<Record<string, Property>>;
}

/**
 * The closed set of `error_type`: made from an exit status, never from a message. make itself has one
 * status for every failure, 2; the others come from recipes that report their own with the macro.
 */
export const ERROR_TYPES = ['exit_1', 'exit_2', 'exit_other', 'signal'] as const;

/** A name the host project does not declare is sent as this word instead. */
export const UNDECLARED = { service_name: 'custom', override_name: 'custom', command: 'unknown' };

const serviceName: Property = {
  type: { kind: 'name' },
  purpose: 'Which services people use. `custom` unless the project itself ships the service.',
};
const overrideName: Property = {
  type: { kind: 'name' },
  purpose: 'Which overrides people use. `custom` unless the project itself ships the override.',
};
const command: Property = {
  type: { kind: 'name' },
  purpose: 'Which commands people run. `unknown` unless the project’s own makefiles define it.',
};

/** Every event there is. The order is the order of the documentation. */
export const EVENTS = {
  service_enabled: {
    when: 'a service was enabled',
    properties: {
      service_name: serviceName,
      has_scaffold: {
        type: { kind: 'boolean' },
        purpose: 'Whether the project ships a scaffold for it: is the work on scaffolds used?',
      },
    },
  },
  service_disabled: {
    when: 'a service was disabled',
    properties: { service_name: serviceName },
  },
  service_started: { when: 'a service was started', properties: { service_name: serviceName } },
  service_stopped: { when: 'a service was stopped', properties: { service_name: serviceName } },
  service_restarted: {
    when: 'a service was restarted',
    properties: { service_name: serviceName },
  },
  service_nuked: {
    when: 'a service and its data were removed',
    properties: { service_name: serviceName },
  },
  override_enabled: {
    when: 'an override was enabled',
    properties: { override_name: overrideName },
  },
  override_disabled: {
    when: 'an override was disabled',
    properties: { override_name: overrideName },
  },
  scaffold_built: {
    when: 'the scaffold of a service was built',
    properties: { service_name: serviceName },
  },
  command_executed: {
    when: 'a make command ended',
    properties: {
      command,
      success: {
        type: { kind: 'boolean' },
        optional: true,
        purpose:
          'Which commands fail. Missing when the command was interrupted: that is no failure.',
      },
      duration_ms: {
        type: { kind: 'count' },
        optional: true,
        purpose:
          'How long commands take, in milliseconds. Missing when the command was interrupted, or nobody can tell.',
      },
    },
  },
  error_occurred: {
    when: 'a make command failed',
    properties: {
      command,
      error_type: {
        type: { kind: 'one of', values: ERROR_TYPES },
        purpose:
          'How it failed, from its exit status alone: `exit_2` for every failure that make itself saw, ' +
          'the others only where a recipe reports its own. Ctrl-C is not an error.',
      },
    },
  },
} as const satisfies Record<string, EventDefinition>;

/** The properties that every event carries besides its own. */
export const COMMON: Readonly<Record<string, Property>> = {
  shim_version: {
    type: { kind: 'version' },
    purpose: 'Which version of this tool recorded the event.',
  },
  ci: { type: { kind: 'boolean' }, purpose: 'Whether it ran in CI (the variable `CI` is set).' },
};

/**
 * What the wire adds to every event. The first three protect; `$lib` and `$lib_version` name the
 * client library. Anything else that a library would add is removed before sending.
 * Source of the `$ip` rule: PostHog fills it from the connection unless the key is present.
 */
export const WIRE = {
  $geoip_disable: 'Always `true`: no location is looked up.',
  $process_person_profile: 'Always `false`: no profile of a person is made.',
  $ip: 'Always `null`: keeps the server from writing your address there.',
  $lib: 'The name of the client library: `posthog-edge`, the small build of posthog-node.',
  $lib_version: 'Its version.',
} as const;

/**
 * What a request carries besides the events' properties, whichever sender makes it. Only the id is
 * about a person; `wireForm` (delivery/sender.ts) lets nothing but a UUID and a time into the first three.
 */
export const REQUEST = {
  distinct_id:
    'The anonymous id: how many people take part. The sender `http` calls it `anonymous_id`.',
  uuid: 'A number of the event that keeps a retry from counting twice.',
  timestamp: 'When the event happened.',
  sent_at:
    'When the request was made, by this machine’s clock: the server sees a wrong clock. Not with the sender `http`.',
  api_key: 'The project’s key, the same for all its users. The sender `http` has it in a header.',
  'type, library, library_version': 'Words of posthog-node’s own, the same for everybody.',
  'host, content-type, content-length, connection':
    'Headers that HTTP needs: where it goes, JSON, its size, and that no more follows.',
  'user-agent': 'A header: the client library and its version. Not with the sender `http`.',
} as const;

export type EventName = keyof typeof EVENTS;
export type Value = string | number | boolean;
export type Properties = Record<string, Value>;

/** An event that is not recorded yet. */
export interface NewEvent {
  readonly event: EventName;
  readonly properties: Properties;
}
