// NODE_V8_COVERAGE is about somebody's tests: this process writes no coverage into their folder.
//
// Node has no way to say so that is quiet: with nothing to write, it complains on stderr when all is
// over. By then everything of ours is printed, and stderr can be let go.

import { closeSync, openSync } from 'node:fs';

if (process.env.NODE_V8_COVERAGE) {
  process.getBuiltinModule('node:v8').stopCoverage();
  process.on('exit', () => {
    try {
      closeSync(2);
      openSync('/dev/null', 'w'); // Takes its number.
    } catch {
      // It was closed already.
    }
  });
}
