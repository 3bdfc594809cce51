// init looks at a project before it writes: what would get in each other's way is said, with what it
// means, and nothing is said of a project in which nothing does.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { flat } from './support/old';
import { run } from './support/run';

let host: Host;
afterEach(() => host.remove());

async function hostWith(files: Record<string, string>): Promise<void> {
  const { Makefile = 'up: ; @echo up\n', ...others } = files;
  host = await makeHost({ files: { Makefile }, init: false });
  for (const [path, text] of Object.entries(others)) {
    mkdirSync(dirname(join(host.root, path)), { recursive: true });
    host.write(path, text);
  }
}

/** What init notes in a project, each note on a line. */
async function notes(env: Record<string, string> = {}): Promise<string[]> {
  const { status, stdout, stderr } = await host.shim(['init', '.'], env);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  const [said] = stdout.split('\n\n');
  return said!
    .split(/^(?=\S)/m)
    .filter((each) => each.startsWith('note'))
    .map((each) =>
      flat(each)
        .replace(/^note /, '')
        .trim(),
    );
}

it('an ordinary project: there is nothing to say', async () => {
  await hostWith({
    Makefile:
      'SUBDIRS := $(wildcard */.)\nSRC := $(shell find . -name "*.go")\nclean: ; rm -rf ./build .cache\n' +
      'files := $(wildcard *.md src/*.c)\ninclude $(wildcard make/*.mk)\n',
    'make/a.mk': 'x := 1\n',
    '.gitignore': 'bin/\n*.o\n',
    Dockerfile: 'COPY . /app\n',
    '.dockerignore': '.git\n',
    'scripts/build.sh': '# shellcheck is nice\ncp a b\n',
    'product.sh': 'git clean -fdx\n',
    LICENSE: 'You may use this boilerplate. reuse lint\n',
    'scripts/words': 'shellcheck\n',
    'images/Dockerfile': 'COPY . /\n',
  });
  expect(await notes()).toEqual([]);
});

describe('what makefiles and scripts do', () => {
  it.each([
    ['git clean -fdx', 'deletes onramp.lock: whoever turned analytics on has to do so again'],
    ['git clean -d -f -X', 'deletes onramp.lock'],
    ['git clean -fd', 'which deletes .onramp/ until it is committed'],
    ['rm -rf .[a-z]*', 'deletes dotted names, and .onramp/ is one'],
    ['rm -fr build .??*', 'deletes dotted names, and .onramp/ is one'],
    ['ls $(wildcard .*)', 'lists dotted names, and now finds .onramp/'],
    ['echo $(wildcard .[!.]*)', 'lists dotted names, and now finds .onramp/'],
    ['find . -type f | sort', 'lists every file, and now finds .onramp/ and GNUmakefile'],
    ['rm -f config.h GNUmakefile', 'deletes GNUmakefile: analytics is off and gone until'],
    ['$(RM) ./GNUmakefile;', 'deletes GNUmakefile: analytics is off and gone until'],
  ])('%s', async (line, meaning) => {
    await hostWith({ Makefile: `up: ; @echo up\n\t${line}\n` });
    const [note, ...others] = await notes();
    expect(note).toContain('Makefile:2 ');
    expect(note).toContain(meaning);
    expect(others).toEqual([]);
  });

  it.each([
    ['GNUmakefile: config.status', 'is a rule that makes GNUmakefile: it overwrites ours'],
    ['Makefile GNUmakefile config.h:: conf', 'is a rule that makes GNUmakefile'],
    ['DISTCLEANFILES += config.h GNUmakefile', 'deletes GNUmakefile'],
  ])('%s', async (line, meaning) => {
    await hostWith({ Makefile: `up: ; @echo up\n${line}\n` });
    expect(await notes()).toEqual([expect.stringMatching(`^Makefile:2 ${meaning}`)]);
  });

  it.each([
    'check: GNUmakefile',
    'GNUmakefile := x',
    '.PHONY: GNUmakefile',
    '\trm -f conf/GNUmakefile GNUmakefile.in',
    '\tcp x GNUmakefile',
  ])('nothing of %j', async (line) => {
    await hostWith({ Makefile: `up: ; @echo up\n${line}\n` });
    expect(await notes()).toEqual([]);
  });

  it.each(['$(MAKE) -C gitk-git clean', '@echo "… use git clean before"'])(
    'nothing of %s',
    async (line) => {
      await hostWith({ Makefile: `up: ; @echo up\n\t${line}\n` });
      expect(await notes()).toEqual([]);
    },
  );

  it('the first line is named, and how many more there are', async () => {
    await hostWith({ Makefile: 'a: ; git clean -fdx\nb: ; git clean -fdx\n' });
    expect((await notes())[0]).toMatch(/^Makefile:1 runs .+ \(And 1 more such lines\.\)$/);
  });

  it('checks of headers, scripts and style that meet our files, and what each wants', async () => {
    await hostWith({
      Makefile:
        'lint: ; addlicense -check .\nfmt: ; $(PRETTIER) x\n\t@npx --yes prettier --check .\n',
      '.github/workflows/ci.yml': 'jobs:\n  - run: shellcheck $(git ls-files)\n',
      'hack/boilerplate/boilerplate.mk.txt': '# Copyright\n',
      'REUSE.toml': 'version = 1\n',
    });
    host.git();
    expect(await notes()).toEqual([
      "Makefile:1 runs addlicense, which asks for a licence header in the project's files. .onramp/ and " +
        'GNUmakefile have none of yours: leave them out.',
      '.github/workflows/ci.yml:2 runs shellcheck, which takes every file for a script: leave .onramp/ out.',
      'Makefile:3 runs prettier, which checks the style of every file. .onramp/ and GNUmakefile must ' +
        'stay as they are: leave them out.',
      'REUSE.toml: `reuse lint` asks for a licence of every file: name .onramp/** and GNUmakefile there (MIT).',
      'hack/boilerplate/boilerplate.mk.txt is the header of every *.mk, and .onramp/analytics.mk has ' +
        'none: leave .onramp/ out.',
    ]);
  });

  it('nothing of checks that are mentioned, or that cannot meet our files', async () => {
    // As in cluster-api, kind, redis and prometheus.
    await hostWith({
      Makefile:
        'ALL_VERIFY_CHECKS = licenses boilerplate shellcheck\nSHELLCHECK_VERSION := 1\nup: ; @echo up\n' +
        '.PHONY: shellcheck prettier\nshellcheck: ; hack/verify/shellcheck.sh\nverify: prettier reuse\n' +
        'addlicense: # addlicense is here\n\tgo build ./tools\n' +
        'generate: ; @cd ui && pnpm exec prettier --write --print-width 120 src/a.ts src/b.tsx\n' +
        '\tverify-boilerplate.sh\n\tfind . -name "*.sh" | xargs shellcheck\n\tmarkdownlint docs/a.md\n',
      'hack/boilerplate/boilerplate.sh.txt': '# Copyright\n',
      'hack/verify/shellcheck.sh': '#!/bin/sh\nshellcheck ./*.sh\n',
      '.github/workflows/spelling.yml': 'jobs:\n  - run: codespell --config=.codespellrc\n',
      '.pre-commit-config.yaml':
        'repos:\n  - hooks:\n      - id: shellcheck\n      - id: codespell\n',
    });
    host.git();
    expect(await notes()).toEqual([]);
  });

  it('targets of our names', async () => {
    await hostWith({ Makefile: 'up: ; @echo up\nanalytics-status: ; @echo mine\n' });
    expect(await notes()).toEqual([
      'Makefile has targets of our names: analytics-status. Rename yours.',
    ]);
  });

  it('an image or a package that would hold what belongs to a user', async () => {
    await hostWith({ Dockerfile: 'FROM x\nCOPY --chown=a . /app\n', '.npmignore': 'test\n' });
    const [image, npm] = await notes();
    expect(image).toContain('Dockerfile:2 copies everything and there is no .dockerignore');
    expect(npm).toContain('.npmignore makes npm ignore .gitignore: add the line onramp.lock');
  });
});

describe('what git does', () => {
  it('ignores files of ours: by which rule, and how to take them in all the same', async () => {
    await hostWith({ '.gitignore': '*.o\n.*\n' });
    expect(await notes()).toEqual([
      '.gitignore:2 has the pattern .*: git ignores .onramp/, .gitignore. ' +
        '`git add -f .onramp/ .gitignore` takes it in.',
    ]);
    await run('sh', ['-c', 'git add -f .onramp/ .gitignore'], { cwd: host.root });
    expect(await notes()).toEqual([]);
  });

  it('ignores GNUmakefile', async () => {
    await hostWith({ '.gitignore': '/GNUmakefile\n' });
    expect((await notes())[0]).toContain('`git add -f GNUmakefile` takes it in.');
  });

  it('ignores them by the person’s own rules', async () => {
    await hostWith({});
    const excludes = join(host.root, '../excludes');
    host.write('../excludes', '.onramp\n');
    await run('git', ['config', 'core.excludesFile', excludes], { cwd: host.root });
    expect((await notes())[0]).toContain(`${excludes}:1, on your machine only, has the pattern`);
  });

  it('would check them out with CRLF', async () => {
    await hostWith({ '.gitattributes': '* text eol=crlf\n' });
    const [note] = await notes();
    expect(note).toContain('the line ending CRLF, which sh and make do not take');
    host.write('.gitattributes', '* text eol=crlf\n.onramp/** eol=lf\nGNUmakefile eol=lf\n');
    expect(await notes()).toEqual([]);
  });

  it('has onramp.lock already', async () => {
    await hostWith({ 'onramp.lock': 'ANALYTICS_ENABLED=0\n' });
    host.git();
    expect(await notes()).toEqual([
      'onramp.lock is in git: everybody would share one id. `git rm --cached onramp.lock` takes it out.',
    ]);
  });

  it('is not there, or begins further up: where names and the record are then', async () => {
    await hostWith({ 'inner/Makefile': 'a: ; @echo a\n' });
    const inner = await run(
      'node',
      [join(import.meta.dirname, '../bin/onramp-analytics'), 'init', 'inner'],
      {
        cwd: host.root,
        env: { HOME: '/home/somebody' },
      },
    );
    expect(flat(inner.stdout)).toContain(
      "The repository begins further up: the record goes to each user's state folder " +
        '(~/.local/state/onramp-analytics), not into .git.',
    );
    await run('rm', ['-rf', '.git'], { cwd: host.root });
    expect((await notes())[0]).toContain(
      'There is no git repository: names are recorded as `custom` and `unknown`, and the record ' +
        "goes to each user's state folder",
    );
  });

  it('has an index that is not read', async () => {
    await hostWith({});
    await run('git', ['update-index', '--split-index'], { cwd: host.root });
    expect((await notes())[0]).toContain("git's index is split, sparse or of SHA-256");
  });

  it('is not asked about another repository, nor starts what a project configures', async () => {
    await hostWith({});
    await run('git', ['config', 'core.fsmonitor', 'touch ../started; false'], { cwd: host.root });
    expect(await notes({ GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere' })).toEqual([]);
    expect((await run('ls', ['../started'], { cwd: host.root })).status).not.toBe(0);
  });
});

describe('M4: in a project that lists, includes and checks by pattern', () => {
  it('folders, makefiles, scripts and targets are what they were before', async () => {
    const Makefile =
      'SUBDIRS := $(wildcard */.)\nPARTS := $(wildcard make/*.mk)\ninclude $(PARTS)\n' +
      'up: ; @echo "$(SUBDIRS) $(PARTS) $(wildcard *.sh */*.sh)"\n' +
      'bin: ; @echo made bin\nmake: ; @echo made make\n';
    await hostWith({ Makefile, 'src/a.c': '', 'tool.sh': '' });
    const goals = [['up'], ['bin'], ['make']];
    const all = async () => {
      const results = [];
      for (const goal of goals) {
        const { status, stdout, stderr } = await host.make(goal);
        results.push({ status, stdout, stderr });
      }
      return results;
    };
    const before = await all();
    expect(await notes()).toEqual([]);
    expect(await all()).toEqual(before);
  });
});

it('a GNUmakefile of the host: what users get, and how to include it', async () => {
  await hostWith({ GNUmakefile: 'own: ; @echo own\n' });
  expect(await notes()).toEqual([
    'GNUmakefile is yours: no command is tracked by itself. With that line, users get the ' +
      'analytics-* targets and the macro. `-include` rather than `include`: make then works where ' +
      'the file is missing.',
  ]);
  host.write('GNUmakefile', 'own: ; @echo own\n-include .onramp/analytics.mk\n');
  expect(await notes()).toEqual(['GNUmakefile is yours: no command is tracked by itself.']);
});

it('git that waits for a pipe is not waited for: nothing is written, and it is said', async () => {
  await hostWith({});
  execFileSync('mkfifo', [join(host.root, '.gitignore')]);
  const { status, stderr } = await host.shim(['init', '.']);
  expect([status, flat(stderr)]).toEqual([1, expect.stringMatching(/did not answer within 10 s/)]);
  expect(existsSync(join(host.root, '.onramp'))).toBe(false);
}, 60_000);
