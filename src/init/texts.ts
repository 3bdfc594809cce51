// The texts of a host project that may have to do with ours: makefiles, scripts of its build, CI.

import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readRegularText } from '../files/regular';
import { HOST_FOLDER } from '../project/project';
import { files } from './git';
import { sealOf } from './seal';

export interface Text {
  readonly path: string;
  readonly lines: readonly string[];
}

const MOST = { files: 500, bytes: 256 * 1024 } as const;
/** Where builds keep their scripts; looked through as well where git cannot say what there is. */
const FOLDERS = [
  'make',
  'mk',
  'make.d',
  'hack',
  'scripts',
  'script',
  'tools',
  'build',
  'ci',
  '.ci',
];
/** Other scripts at the top are the project itself. */
const BUILD_SCRIPT = /^(build|clean|check|ci|configure|format|lint|release|test|verify)\b/;
const WORKFLOWS = '.github/workflows';

export const isMakefile = (path: string) =>
  /^(GNUmakefile|[Mm]akefile)(\..+)?$|\.(mk|mak|make)$/.test(basename(path));
const isDockerfile = (path: string) => /^(Dockerfile|Containerfile)(\..+)?$/.test(basename(path));
const CI = ['.pre-commit-config.yaml', '.gitlab-ci.yml', '.travis.yml', 'package.json', 'tox.ini'];

/** By its name; without an ending, its first line has to say so. */
const isScript = (path: string) => /\.(sh|bash|py)$|^[^.]+$/.test(basename(path));

function matters(path: string): boolean {
  if (path.startsWith(`${HOST_FOLDER}/`)) return false;
  if (isMakefile(path) || isDockerfile(path) || CI.includes(path)) return true;
  const folder = dirname(path);
  if (folder === WORKFLOWS || /^\.(circleci|buildkite)$/.test(folder)) return /\.ya?ml$/.test(path);
  if (folder === '.' && !BUILD_SCRIPT.test(path)) return false;
  return ['.', ...FOLDERS].includes(folder) && isScript(path);
}

/** Without git: what is in the usual folders. */
function listed(root: string): string[] {
  return ['.', ...FOLDERS, WORKFLOWS].flatMap((folder) => {
    try {
      return readdirSync(join(root, folder)).map((name) => join(folder, name));
    } catch {
      return [];
    }
  });
}

/** Those texts, without the files that init wrote. */
export function textsOf(root: string): Text[] {
  const found: Text[] = [];
  const paths = (files(root) ?? listed(root)).filter(matters);
  // The nearest first: should there be too many, those matter most.
  paths.sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
  for (const path of paths.slice(0, MOST.files)) {
    try {
      const stat = statSync(join(root, path));
      if (!stat.isFile() || stat.size > MOST.bytes) continue;
      const text = readRegularText(join(root, path));
      if (sealOf(text) !== 'none' || text.includes('\0')) continue;
      const isNamed = isMakefile(path) || isDockerfile(path) || basename(path).includes('.');
      if (!isNamed && !text.startsWith('#!')) continue;
      found.push({ path, lines: text.split(/\r?\n/) });
    } catch {
      // Not there any more, or not ours to read.
    }
  }
  return found;
}

export interface Line {
  /** `PATH:NUMBER` */
  readonly where: string;
  readonly path: string;
  readonly line: string;
}

/** The lines that match, comments left out. */
export function find(texts: readonly Text[], pattern: RegExp): Line[] {
  return texts.flatMap(({ path, lines }) =>
    lines.flatMap((line, at) =>
      pattern.test(line) && !/^\s*#/.test(line) ? [{ where: `${path}:${at + 1}`, path, line }] : [],
    ),
  );
}

/** The lines of makefiles that include a file of ours by its name. */
export function includes(texts: readonly Text[], file: string): Line[] {
  const name = file.replaceAll('.', '\\.');
  const makefiles = texts.filter(({ path }) => isMakefile(path));
  return find(makefiles, new RegExp(`^\\s*[-s]?include\\b.*(?:^|[\\s/])${name}(?:\\s|$)`));
}
