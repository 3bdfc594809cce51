// The start of the bundle, and all of it that Node compiles by itself. The other parts are texts in
// comments behind it: to skip those takes Node a tenth of the time that reading them as code does.
//
// What is in this folder must be understood by old versions of Node, which are then told that they are
// too old: no `?.`, no `??`.

import type { Script } from 'node:vm';
import type { Bundle, Part } from './bundle';
import { type Compiled, compile } from './compiled';
import { unpack } from './unpacked';

/** A part: what `script` evaluates to. */
type Run = (require: NodeJS.Require, bundle: Bundle) => Record<string, unknown>;

/** The texts, each the comment that is the whole body of a function. The build puts them in. */
declare const texts: Readonly<Record<Part, () => void>>;
/** Node's `require`; the bundler has a meaning of its own for that name. */
declare const nodeRequire: NodeJS.Require;
/** Says which bundle this is. */
declare const fingerprint: string;
/** What stands for the end of a comment inside of one. */
declare const noEnd: string;

const textOf = (part: Part) =>
  texts[part].toString().slice('function () {/*'.length, -'*/}'.length).split(noEnd).join('*/');

const word = process.argv[2] || '';
const command = /^[a-z-]{1,20}$/.test(word) ? word : 'other';
const compiled: Compiled[] = [];

function scriptOf(part: Part): Script {
  if (part === 'seldom') return unpack(textOf(part));
  const one = compile(textOf(part), `${command}-${part}-${fingerprint}`);
  compiled.push(one);
  return one.script;
}

const bundle: Bundle = {
  run: (part) => (scriptOf(part).runInThisContext() as Run)(nodeRequire, bundle),
  keep: () =>
    process.once('exit', () => {
      for (const { keep } of compiled) keep();
    }),
};

bundle.run('main');
