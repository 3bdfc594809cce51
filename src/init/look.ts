// Looks at a project and says what it found that has to do with ours, and what that means.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../environment';
import { readRegularText } from '../files/regular';
import { readIndex } from '../host/gitindex';
import { parseMakefile } from '../host/makefile';
import { gitFolder, recordPlace } from '../project/location';
import { checkFindings } from './checks';
import { files, ignored, isTracked, withCrlf } from './git';
import { hasOwnDropIn } from './host-file';
import { DROP_IN, FILES, MAKE_PART, OLD } from './layout';
import { sealOf } from './seal';
import { find, includes, isMakefile, type Line, type Text } from './texts';

const FOLDER = '.onramp/';

/** Each pattern of a line, and what such a line means for us. */
const LINES: readonly { pattern: RegExp; means: (line: Line) => string; isRule?: boolean }[] = [
  {
    pattern: new RegExp(`^(?:[^\\s:#=]+\\s+)*${DROP_IN}(?:\\s+[^\\s:#=]+)*\\s*:(?!:*=)`),
    isRule: true,
    means: ({ where }) =>
      `${where} is a rule that makes ${DROP_IN}: it overwrites ours, and make warns of two rules. Take it ` +
      `out; or run \`init --remove\` and keep yours, with the line \`-include ${MAKE_PART}\`.`,
  },
  {
    pattern: new RegExp(
      `(?:\\brm|\\$[({]RM[)}])\\s(?:.*\\s)?["']?(?:\\./|\\$[({]\\w+[)}]/)?${DROP_IN}(?=["'\\s;&|)]|$)|^\\s*\\w*CLEAN\\w*\\s*[:+?]*=(?:.*\\s)?${DROP_IN}(?=\\s|$)`,
    ),
    means: ({ where }) =>
      `${where} deletes ${DROP_IN}: analytics is off and gone until \`git checkout ${DROP_IN}\`.`,
  },
  {
    pattern: /^(?!.*\b(?:echo|printf)\b).*(?<![\w-])git\s+clean\b.*\s-[a-zA-Z]*[xX]/,
    means: ({ where }) =>
      `${where} runs \`git clean\`, which deletes onramp.lock: whoever turned analytics on has to ` +
      'do so again. `-e onramp.lock` spares it.',
  },
  {
    pattern: /^(?!.*\b(?:echo|printf)\b).*(?<![\w-])git\s+clean\b(?!.*\s-[a-zA-Z]*[xX])/,
    means: ({ where }) =>
      `${where} runs \`git clean\`, which deletes ${FOLDER} until it is committed.`,
  },
  {
    pattern: /\brm\s+-[a-zA-Z]*[rR].*?[\s/]\.(?:\*|\[|\?)/,
    means: ({ where }) =>
      `${where} deletes dotted names, and ${FOLDER} is one: analytics is off and gone until ` +
      `\`git checkout ${FOLDER}\`.`,
  },
  {
    pattern: /\$\(wildcard\s(?:[^)]*[\s/])?\.(?:\*|\?|\[)/,
    means: ({ where }) => `${where} lists dotted names, and now finds ${FOLDER} as well.`,
  },
  {
    pattern: /\bfind\s+\.\/?(?=\s|$|\))(?!.*\s-(?:i?name|i?path|i?regex|wholename|prune)\b)/,
    means: ({ where }) =>
      `${where} lists every file, and now finds ${FOLDER} and ${DROP_IN} (they change only ` +
      'when you upgrade).',
  },
];

/** The first line for each pattern, and how many more there are. */
function lineFindings(texts: readonly Text[]): string[] {
  return LINES.flatMap(({ pattern, means, isRule = false }) => {
    const [first, ...more] = find(texts, pattern).filter(({ path }) => !isRule || isMakefile(path));
    if (!first) return [];
    return [means(first) + (more.length > 0 ? ` (And ${more.length} more such lines.)` : '')];
  });
}

/** Images and packages that would carry a user's state along. */
function copyFindings(root: string, texts: readonly Text[]): string[] {
  const notes: string[] = [];
  const [copy] = find(texts, /^\s*(?:COPY|ADD)\s+(?:--\S+\s+)*\.\/?\s/i).filter(
    ({ path }) => !isMakefile(path) && !path.includes('/'),
  );
  if (copy && !existsSync(join(root, '.dockerignore'))) {
    notes.push(
      `${copy.where} copies everything and there is no .dockerignore: images would hold a user's ` +
        'onramp.lock and the record in .git. Add one with these two lines: onramp.lock, ' +
        '.git/onramp-analytics.',
    );
  }
  const npm = join(root, '.npmignore');
  if (existsSync(npm) && !readRegularText(npm).includes('onramp.lock')) {
    notes.push('.npmignore makes npm ignore .gitignore: add the line onramp.lock to it, too.');
  }
  return notes;
}

const TARGETS =
  /^analytics-(enable|disable|local|status|show-id|reset-id|preview|log|report|export|clear|forget)$/;

function targetFindings(texts: readonly Text[]): string[] {
  return texts
    .filter(({ path }) => isMakefile(path))
    .flatMap(({ path, lines }) => {
      const names = [...parseMakefile(lines.join('\n')).targets].filter((it) => TARGETS.test(it));
      if (names.length === 0) return [];
      return [`${path} has targets of our names: ${names.join(', ')}. Rename yours.`];
    });
}

function gitFindings(root: string, env: Environment): string[] {
  const notes: string[] = [];
  const paths = FILES.map(({ path }) => path);
  for (const { source, pattern, paths: left } of ignored(root, [...paths, '.gitignore'])) {
    const where = source.startsWith('/') ? `${source}, on your machine only,` : source;
    const rest = left.filter((path) => !path.startsWith(FOLDER));
    const isWhole = left.length - rest.length === paths.length - 1;
    const what = isWhole ? [FOLDER, ...rest] : left;
    notes.push(
      `${where} has the pattern ${pattern}: git ignores ${what.join(', ')}. ` +
        `\`git add -f ${what.join(' ')}\` takes it in.`,
    );
  }
  const crlf = withCrlf(root, paths);
  if (crlf.length > 0) {
    notes.push(
      `.gitattributes gives ${crlf.join(', ')} the line ending CRLF, which sh and make do not ` +
        `take. Add the line \`${FOLDER}** eol=lf\`.`,
    );
  }
  if (isTracked(root, 'onramp.lock')) {
    notes.push(
      'onramp.lock is in git: everybody would share one id. `git rm --cached onramp.lock` takes ' +
        'it out.',
    );
  }
  if (!gitFolder(root)) {
    const { record: own } = recordPlace(root, join(root, 'onramp.lock'), env);
    const where = own.startsWith('/dev/null')
      ? "each user's state folder (~/.local/state/onramp-analytics)"
      : own;
    notes.push(
      files(root) === undefined
        ? 'There is no git repository: names are recorded as `custom` and `unknown`, and the ' +
            `record goes to ${where}.`
        : `The repository begins further up: the record goes to ${where}, not into .git.`,
    );
  } else if (existsSync(join(gitFolder(root)!, 'index')) && !readIndex(root)) {
    notes.push(
      "git's index is split, sparse or of SHA-256, which is not read here: names are recorded " +
        'as `custom` and `unknown`.',
    );
  }
  return notes;
}

/** 1.0.0 took POSTHOG_API_KEY from these files in every project. */
function keyFindings(root: string): string[] {
  const isOld = OLD.files.some((path) => {
    const file = join(root, path);
    return existsSync(file) && sealOf(readRegularText(file)) !== 'none';
  });
  if (!isOld || existsSync(join(root, OLD.settings))) return [];
  if (existsSync(join(root, 'services-available'))) return [];
  return ['.env', 'services-enabled/.env'].flatMap((path) => {
    try {
      if (!/^\s*(?:export\s+)?POSTHOG_API_KEY=/m.test(readRegularText(join(root, path)))) {
        return [];
      }
    } catch {
      return [];
    }
    return [
      `${path} has a POSTHOG_API_KEY, which may be your application's own: it is not taken any ` +
        'more. Call it ONRAMP_ANALYTICS_API_KEY, or name the file in .onramp/settings.',
    ];
  });
}

/** What it means that make reads the host's GNUmakefile, and nothing of ours before it. */
function ownDropIn(texts: readonly Text[]): string {
  const means = 'no command is tracked by itself';
  if (includes(texts, MAKE_PART).length > 0) return `${DROP_IN} is yours: ${means}.`;
  return (
    `${DROP_IN} is yours: ${means}. With that line, users get the analytics-* targets and the ` +
    'macro. `-include` rather than `include`: make then works where the file is missing.'
  );
}

/** What was found, a text for each finding. */
export function findings(root: string, texts: readonly Text[], env: Environment): string[] {
  const own = hasOwnDropIn(root) ? [ownDropIn(texts)] : [];
  return [
    ...own,
    ...gitFindings(root, env),
    ...lineFindings(texts),
    ...checkFindings(root, texts),
    ...copyFindings(root, texts),
    ...targetFindings(texts),
    ...keyFindings(root),
  ];
}
