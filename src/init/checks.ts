// The programs of a project that check headers, scripts or style, where they meet files of ours.
//
// Only what is run is named, not what is merely mentioned, and only where it can meet them: `.onramp/track` has
// neither an ending nor a first line that a check of scripts goes by, and many tools leave out dotted names.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { files } from './git';
import { DROP_IN } from './layout';
import { find, isMakefile, type Line, type Text } from './texts';

const OURS = `.onramp/ and ${DROP_IN}`;

interface Check {
  /** The program, as a regular expression. */
  readonly program: string;
  /** What the line must also have for the program to meet files of ours. */
  readonly meets?: RegExp;
  readonly means: string;
}

/** `.`, a pattern for every folder, or all that git has; or whatever a tool of its own decides. */
const EVERYTHING =
  /(?:\s|["'=])(?:\.\/?|\*\*[^\s"']*)(?=["'\s)]|$)|\bgit ls-files\b(?!.*["'*]\.)|\b(?:id|uses):/;

const CHECKS: readonly Check[] = [
  {
    program:
      'addlicense|license-eye|licenseheaders?|licensecheck|skywalking-eyes|reuse\\s+lint|reuse-action',
    means: `asks for a licence header in the project's files. ${OURS} have none of yours: leave them out.`,
  },
  {
    program: 'shellcheck|shfmt|checkbashisms',
    meets: /\bgit ls-files\b(?!.*["'*]\.)/,
    means: 'takes every file for a script: leave .onramp/ out.',
  },
  {
    program: 'prettier|markdownlint-cli2?|markdownlint|editorconfig-checker',
    meets: EVERYTHING,
    means: `checks the style of every file. ${OURS} must stay as they are: leave them out.`,
  },
  {
    program: 'codespell|typos',
    meets: /--(?:check-)?hidden\b/,
    means: 'checks the words of dotted folders, too: leave .onramp/ out.',
  },
];

/** Files that say by themselves that everything is checked. */
const FILES: Readonly<Record<string, string>> = {
  'REUSE.toml': `\`reuse lint\` asks for a licence of every file: name .onramp/** and ${DROP_IN} there (MIT).`,
  '.reuse/dep5': `\`reuse lint\` asks for a licence of every file: name .onramp/* and ${DROP_IN} there (MIT).`,
  '.licenserc.yaml': `a licence header is asked for. ${OURS} have none of yours: name them under \`paths-ignore\`.`,
};

/** Before a program that is run: the beginning, what ends another command, or what runs it for one. */
const RUN =
  '(?:^|[;&|(`"\']|\\b(?:xargs|npx|exec|dlx|sudo|uvx|run|do|then|else|command)\\s|\\b(?:run|id|uses):)' +
  '\\s*(?:-\\S+\\s+)*[@+-]*(?:[\\w./$(){}@-]*/)?(?:\\$[({])?';

/** The part of a line that is run: in a makefile a recipe, alone or behind a rule. */
function runPart({ path, line }: Line): string {
  if (!isMakefile(path) || line.startsWith('\t')) return line;
  return /^[^=]*?:[^=]*?;(.*)$/.exec(line)?.[1] ?? '';
}

function programFindings(texts: readonly Text[]): string[] {
  return CHECKS.flatMap(({ program, meets, means }) => {
    const pattern = new RegExp(`${RUN}(${program})(?![\\w-])`, 'i');
    const seen = new Map<string, string>();
    for (const line of find(texts, new RegExp(program, 'i'))) {
      const part = runPart(line);
      const name = pattern.exec(part)?.[1]?.toLowerCase();
      if (name === undefined || seen.has(name) || meets?.test(part) === false) continue;
      seen.set(name, `${line.where} runs ${name}, which ${means}`);
    }
    return [...seen.values()];
  });
}

/** Kubernetes' check of headers goes by endings: it asks for one only where there is a text for `.mk`. */
function boilerplateFindings(root: string): string[] {
  const text = (files(root) ?? []).find((path) => /(?:^|\/)boilerplate\.mk(?:\.txt)?$/.test(path));
  return text === undefined
    ? []
    : [
        `${text} is the header of every *.mk, and .onramp/analytics.mk has none: leave .onramp/ out.`,
      ];
}

/** What was found, a text for each finding. */
export function checkFindings(root: string, texts: readonly Text[]): string[] {
  const configured = Object.entries(FILES)
    .filter(([path]) => existsSync(join(root, path)))
    .map(([path, means]) => `${path}: ${means}`);
  return [...programFindings(texts), ...configured, ...boilerplateFindings(root)];
}
