// Which files init puts into a host project, and which ones its older versions put there.

import { readFileSync } from 'node:fs';
import { HOST_FOLDER } from '../project/project';
import { TEMPLATES } from '../templates';

/** What GNU make reads before any other makefile: with it, commands are tracked. */
export const DROP_IN = 'GNUmakefile';
/** The part that a host with a GNUmakefile of its own includes. */
export const MAKE_PART = `${HOST_FOLDER}/analytics.mk`;
/** The host's own settings. Only read here, but for an upgrade from 1.0.0. */
export const SETTINGS = `${HOST_FOLDER}/settings`;

/** One file of ours in a host project. */
export interface OwnFile {
  readonly path: string;
  readonly mode: number;
  text(): string;
}

const template = (path: string, name: string, mode = 0o644): OwnFile => ({
  path,
  mode,
  text: () => TEMPLATES[name]!,
});

/** A checkout that turns line ends into CRLF would leave `track` unreadable for sh. */
const ATTRIBUTES = '# These files are the same, byte for byte, in every checkout.\n* -text\n';

/** In the order they are written: the one with which make begins to use the others is the last. */
export const FILES: readonly OwnFile[] = [
  { path: `${HOST_FOLDER}/.gitattributes`, mode: 0o644, text: () => ATTRIBUTES },
  template(`${HOST_FOLDER}/README.md`, 'README.md'),
  template(MAKE_PART, 'analytics.mk'),
  template(`${HOST_FOLDER}/track`, 'track', 0o644),
  {
    path: `${HOST_FOLDER}/onramp-analytics`,
    mode: 0o755,
    // The bundle copies itself.
    text: () => readFileSync(process.argv[1]!, 'utf8'),
  },
  template(DROP_IN, 'GNUmakefile'),
];

/** Where 1.0.0 put its files; its GNUmakefile was where ours is. */
export const OLD = {
  makePart: 'make/analytics.mk',
  settings: 'make/analytics.settings.mk',
  files: ['make/analytics.mk', 'make/track.sh', 'bin/onramp-analytics'],
} as const;
