// The canaries: strings that are special about a machine, its user or their files, and must not leave.

import { execFileSync } from 'node:child_process';
import { which } from '../transparent/tools';

/** One for each kind of thing that somebody could be known by. */
export const CANARY = {
  host: 'zqhost-canary',
  user: 'zquser-canary',
  home: 'zqhome-canary',
  path: 'zqpath canäry',
  email: 'zqmail-canary@zq-example.org',
  domain: 'zqdomain-canary.example.net',
  token: 'zqtoken_canary_8d1f',
  address: '203.0.113.77',
  file: 'zqfile-canary',
  service: 'zqservice-canary',
  goal: 'zqgoal-canary',
  variable: 'zqvariable-canary',
  message: 'zqmessage-canary',
  remote: 'zqremote-canary',
  branch: 'zqbranch-canary',
  author: 'zqauthor-canary',
  zone: 'ZqZone/Canary',
  other: 'zqother-canary',
} as const;
export const CANARIES = Object.values(CANARY);

/** An environment full of them. */
export const CANARY_ENV: Readonly<Record<string, string>> = {
  USER: CANARY.user,
  LOGNAME: CANARY.user,
  USERNAME: CANARY.user,
  SUDO_USER: CANARY.user,
  HOSTNAME: CANARY.host,
  HOST_NAME: CANARY.host,
  HOST_DOMAIN: CANARY.domain,
  CF_API_EMAIL: CANARY.email,
  CF_DNS_API_TOKEN: CANARY.token,
  AWS_SECRET_ACCESS_KEY: CANARY.token,
  GITHUB_REPOSITORY: CANARY.remote,
  GITHUB_ACTOR: CANARY.user,
  SSH_CONNECTION: `${CANARY.address} 5022 ${CANARY.address} 22`,
  GIT_AUTHOR_NAME: CANARY.author,
  EMAIL: CANARY.email,
  TZ: CANARY.zone,
  LANG: CANARY.other,
  TERM_PROGRAM: CANARY.other,
  npm_config_user_agent: CANARY.other,
  ONRAMP_UNKNOWN: CANARY.other,
};

/** A command in front of others that gives them another host name; only root may do that. */
function renamed(): string[] {
  const rename = `${which('hostname') ?? 'hostname'} ${CANARY.host} && exec "$@"`;
  const prefix = [which('unshare') ?? 'unshare', '-u', '/bin/sh', '-c', rename, 'sh'];
  try {
    execFileSync(prefix[0]!, [...prefix.slice(1), 'true'], { stdio: 'ignore' });
    return prefix;
  } catch {
    process.stderr.write('\n!!! SKIPPED: a canary as host name. It cannot be changed here\n\n');
    return [];
  }
}

/** What a command line begins with so that the host's name is a canary. Empty where that cannot be. */
export const ON_A_CANARY_HOST = renamed();
