// Whether a project's commands are the same with the shim as without it: in a copy of the project, each
// is run absent, off, on, and turned off again. Prints every difference; docs/transparency.md has those
// that are known. `--help` says how to call it.

import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const BUNDLE = join(import.meta.dirname, '../bin/onramp-analytics');
const HELP = `Compares a project's make commands without the shim and with it.

  npm run compare -- [OPTION…] DIR [COMMAND…]

DIR is left as it is: the commands run in copies. With git, a copy has what is committed. Each COMMAND
is what stands behind \`make\`, in one word: npm run compare -- ~/lua 'all -j2' 'help' 'no-such-goal'.
Without any: the default goal, -n, help, clean, -j2, '-C .' and a goal that does not exist.

The project runs its own recipes: give it only projects that you would build.

  --environment=KIB   so much more in the environment (64 shows what is read byte by byte)
  --seconds=N         a command is ended after so long (30)
  --node              keep Node in PATH when analytics is turned off again; without it there is none then
  --make=PATH         another make than the one in PATH

Exit status: 0 when nothing differs but what docs/transparency.md says of a failed command, else 1.`;

const COMMANDS = ['', '-n', 'help', 'clean', '-j2', '-C .', 'no-such-goal'];
/** What make adds for a failed command while analytics is on: docs/transparency.md. */
const TOLD = /^[^:\n]+: \*\*\* \[[^\n]*\] Error 2\n(?![\s\S])/m;
/** How a command ended that took longer than `--seconds`. */
const LATE = 'not over in time';
/** What the shim puts into a project, and git's own folder. */
const OURS = /^(\.git|\.onramp|GNUmakefile|onramp\.lock|\.gitignore|\.dockerignore)(\/|$)/;

const words = process.argv.slice(2);
/** Options come before DIR; what comes behind it is make's. */
const at = words.findIndex((word) => !word.startsWith('-'));
const { values: flags } = parseArgs({
  args: at < 0 ? words : words.slice(0, at),
  options: {
    help: { type: 'boolean', short: 'h' },
    environment: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '30' },
    node: { type: 'boolean' },
    make: { type: 'string', default: 'make' },
  },
});
const [source, ...given] = at < 0 ? [] : words.slice(at);
if (flags.help || !source) {
  console.log(HELP);
  process.exit(flags.help ? 0 : 2);
}
const commands = given.length > 0 ? given : COMMANDS;

const base = mkdtempSync(join(tmpdir(), 'onramp-compare-'));
const work = join(base, 'project'); // The same in every state: outputs name it.
process.on('exit', () => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));

const env = { ...process.env, HOME: join(base, 'home'), ONRAMP_ANALYTICS_SENDER: 'none' };
for (const name of [
  'CI',
  'DO_NOT_TRACK',
  'ONRAMP_ANALYTICS_ENABLED',
  'MAKEFLAGS',
  'MAKELEVEL',
  'MFLAGS',
])
  delete env[name];
for (const name of Object.keys(env)) if (name.startsWith('npm_')) delete env[name];
env.PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);
for (let kib = 0; kib < Number(flags.environment); kib += 1)
  env[`COMPARE_${kib}`] = 'x'.repeat(1008);

const NODE = /^(node|nodejs|npm|npx|corepack)$/;
/** Folders that stand for one of PATH, without Node in it → the one of PATH. */
const stands = new Map();

/** A PATH with everything but Node. */
function pathWithoutNode() {
  const folders = env.PATH.split(delimiter).filter((folder) => folder && existsSync(folder));
  return folders
    .map((from, index) => {
      const names = readdirSync(from);
      if (!names.some((name) => NODE.test(name))) return from;
      const folder = join(base, `path${index}`);
      mkdirSync(folder);
      for (const name of names)
        if (!NODE.test(name)) symlinkSync(join(from, name), join(folder, name));
      stands.set(folder, from);
      return folder;
    })
    .join(delimiter);
}

/** What a command wrote, with the folders of PATH under their own names. */
function named(text) {
  let plain = text;
  for (const [folder, from] of stands) plain = plain.replaceAll(folder, from);
  return plain;
}

/** Runs a program of ours, and wants it to work. */
function must(program, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: work,
    env,
    encoding: 'utf8',
    ...options,
  });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} failed: ${stderr || stdout}`);
}

/** A fresh copy of the project. What differs from its commit with the shim is nothing that git would say. */
function copy() {
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  if (existsSync(join(source, '.git')))
    must('git', ['clone', '-q', '--local', resolve(source), work], { cwd: base });
  else cpSync(source, work, { recursive: true, verbatimSymlinks: true });
}

/** Puts the shim into the copy. */
function install() {
  must(process.execPath, [BUNDLE, 'init', '.']);
  if (!existsSync(join(work, '.git'))) return;
  // As if it were committed: `git describe --dirty` says the same.
  for (const file of ['.gitignore', '.dockerignore']) {
    spawnSync('git', ['update-index', '--assume-unchanged', file], {
      cwd: work,
      env,
      stdio: 'ignore',
    });
  }
}

/** Every file, by path, kind and size; without what the shim is. */
function files(folder = work) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => folder !== work || !OURS.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? files(path) : [`${relative(work, path)}\n`];
    })
    .sort();
}

/** Runs one command. @returns how it ended, what it wrote, and the files that are there. */
function run(command, path) {
  return new Promise((done) => {
    const child = spawn(flags.make, command.split(/\s+/).filter(Boolean), {
      cwd: work,
      env: { ...env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('latin1').on('data', (piece) => (text[name] += piece));
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      process.kill(-child.pid, 'SIGKILL');
    }, Number(flags.seconds) * 1000);
    child.on('error', (error) => done({ end: error.message, stdout: '', stderr: '', files: '' }));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (isLate) return done({ end: LATE, stdout: '', stderr: '', files: '' });
      done({
        end: signal ?? `status ${status}`,
        stdout: named(text.stdout),
        stderr: named(text.stderr),
        files: files().join(''),
      });
    });
  });
}

/** Runs all commands, one after the other, as somebody would. */
async function runAll(path = env.PATH) {
  const outcomes = [];
  for (const command of commands) outcomes.push(await run(command, path));
  return outcomes;
}

/** The lines of `b` that `a` has not, and the other way round: a few of them. */
function lines(a, b) {
  const [before, after] = [a.split('\n'), b.split('\n')];
  const [has, had] = [new Set(after), new Set(before)];
  const gone = before.filter((line) => !has.has(line)).map((line) => `      - ${line}`);
  const come = after.filter((line) => !had.has(line)).map((line) => `      + ${line}`);
  const all = [...gone, ...come].map((line) => line.slice(0, 160));
  return all.length === 0 ? ['      (the same lines, in another order)'] : all;
}

mkdirSync(env.HOME);
copy();
const absent = await runAll();
copy();
const again = await runAll();
copy();
install();
const off = await runAll();
copy();
install();
must(flags.make, ['analytics-enable']);
const on = await runAll();
const recorded = () => must(flags.make, ['analytics-log']).match(/command_executed/g)?.length ?? 0;
must(process.execPath, [BUNDLE, 'flush']);
console.log(`${source}: ${commands.length} commands, ${recorded()} recorded while on`);
copy();
install();
must(flags.make, ['analytics-enable']);
renameSync(join(work, '.onramp/onramp-analytics'), join(base, 'bundle'));
const path = flags.node ? env.PATH : pathWithoutNode();
must(flags.make, ['analytics-disable'], { env: { ...env, PATH: path } });
if (!/^ANALYTICS_ENABLED=0/m.test(readFileSync(join(work, 'onramp.lock'), 'utf8')))
  throw new Error('It was not turned off.');
const out = await runAll(path);

let differs = 0;
for (const [index, command] of commands.entries()) {
  const bare = absent[index];
  const states = Object.entries({ off, on, 'turned off again': out });
  const late = [['absent', absent], ['absent, again', again], ...states]
    .filter(([, outcomes]) => outcomes[index].end === LATE)
    .map(([state]) => state);
  if (late.length > 0) {
    console.log(`  make ${command}: not compared, as it was not over in time (${late.join(', ')})`);
    continue;
  }
  const found = [];
  let verdict = 'the same';
  for (const [state, outcomes] of states) {
    const seen = outcomes[index];
    for (const what of ['end', 'stdout', 'stderr', 'files']) {
      if ([bare[what], again[index][what]].includes(seen[what])) continue;
      if (what === 'stderr' && state === 'on' && seen.stderr.replace(TOLD, '') === bare.stderr) {
        if (verdict === 'the same') verdict = 'the same, and the line of a failed command';
        continue;
      }
      const isSteady = bare[what] === again[index][what];
      if (isSteady) differs += 1;
      if (isSteady) verdict = 'DIFFERS';
      else if (verdict !== 'DIFFERS') verdict = 'not the same twice, also without the shim';
      found.push(
        `    ${state}: ${what}`,
        ...lines(bare[what], seen[what]).slice(0, isSteady ? 8 : 2),
      );
    }
  }
  console.log(`  make ${command}: ${bare.end}: ${verdict}`);
  for (const line of found) console.log(line);
}
process.exit(differs === 0 ? 0 : 1);
