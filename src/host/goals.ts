// What a make command meant: its goals and its end become events of the catalogue.

import { type EventName, type NewEvent, type Properties, UNDECLARED } from '../catalogue/catalogue';
import { isName } from '../catalogue/validate';
import type { Declared } from './declared';

/** A make command that is over. */
export interface Command {
  /** The words after `make`, without options and variables. */
  readonly goals: readonly string[];
  /** `interrupted`: a signal ended it, and make with it, so nobody saw its status. */
  readonly end: 'succeeded' | 'failed' | 'interrupted';
  readonly durationMs: number | undefined;
}

/** The goals that mean more than a command: `GOAL NAME` becomes this event about NAME. */
const DOMAIN: Readonly<Record<string, EventName>> = {
  'enable-service': 'service_enabled',
  'disable-service': 'service_disabled',
  'remove-service': 'service_disabled',
  'start-service': 'service_started',
  'stop-service': 'service_stopped',
  'down-service': 'service_stopped',
  'restart-service': 'service_restarted',
  'nuke-service': 'service_nuked',
  'enable-override': 'override_enabled',
  'disable-override': 'override_disabled',
  'remove-override': 'override_disabled',
  'scaffold-build': 'scaffold_built',
};

/** make's own exit status when a recipe fails; it has no other for failure (make manual, 9.8). */
const MAKE_FAILED = 'exit_2';

/**
 * Replaces every name that the host project does not declare, and says whether a service has a
 * scaffold. The one gate for names, whoever reports them: a goal, a recipe, or the command line.
 */
export function declaredOnly(properties: Properties, declared: Declared): Properties {
  const result = { ...properties };
  const checks = {
    service_name: declared.service,
    override_name: declared.override,
    command: declared.command,
  };
  for (const [name, isDeclared] of Object.entries(checks) as [
    keyof typeof checks,
    (n: string) => boolean,
  ][]) {
    const value = result[name];
    if (typeof value === 'string' && !(isName(value) && isDeclared(value))) {
      result[name] = UNDECLARED[name];
    }
  }
  return result;
}

/**
 * The events of one command: its domain event when it succeeded, the command, and its failure. Nobody
 * saw how an interrupted command ended: it says neither, so that nothing counts it as failed.
 */
export function eventsOf(command: Command, declared: Declared): NewEvent[] {
  const [first, name] = command.goals;
  const goal = first ?? declared.defaultCommand() ?? UNDECLARED.command;
  const events: NewEvent[] = [];
  const about = first !== undefined && Object.hasOwn(DOMAIN, first) ? DOMAIN[first] : undefined;
  const succeeded = command.end === 'succeeded';
  if (about && name !== undefined && succeeded) {
    const key = about.startsWith('override') ? 'override_name' : 'service_name';
    events.push({
      event: about,
      properties: {
        [key]: name,
        ...(about === 'service_enabled' && { has_scaffold: declared.scaffold(name) }),
      },
    });
  }
  events.push({
    event: 'command_executed',
    properties: {
      command: goal,
      ...(command.end !== 'interrupted' && { success: succeeded }),
      ...(command.durationMs !== undefined && {
        duration_ms: Math.round(command.durationMs),
      }),
    },
  });
  if (command.end === 'failed') {
    events.push({
      event: 'error_occurred',
      properties: { command: goal, error_type: MAKE_FAILED },
    });
  }
  return events.map(({ event, properties }) => ({
    event,
    properties: declaredOnly(properties, declared),
  }));
}
