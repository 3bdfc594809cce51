// stdin, stdout, stderr, and terminals.

import { makefile, type Scenario, s } from '../scenario';

export const streams: Scenario[] = [
  s('stdin piped', "printf 'a\\nb\\n' | make stdin"),
  s('stdin closed', 'make one <&-'),
  s('stdin read by two recipes', "printf 'a\\nb\\nc\\n' | make ask stdin"),
  s('stdout closed', 'make all >&-'),
  s('stderr closed', 'make all 2>&-'),
  s('stdout and stderr closed', 'make all fail >&- 2>&-'),
  // Without any of them, make 3.81 and 3.82 write into its own makefiles' descriptors.
  s('all of them closed', 'make fail <&- >&- 2>&-', { since: 4 }),
  s('stdout full', 'make all >/dev/full', {}),
  s('stdout and stderr in one file', 'make all fail >both 2>&1'),
  s('| cat', 'make all | cat'),
  s('| head', 'make many | head -n 1'),
  s('| head, both streams', 'make -k many 2>&1 | head -n 1'),
  s('in $(…)', 'x=$(make all 2>&1); echo "[$x]"'),
  s('further descriptors', 'make fds; make fds 3>a 5>b'),
  // make 3.81 leaves its job server's descriptors open, under whichever numbers are free.
  s('further descriptors, -j2', 'make -j2 fds; make -j2 fds 3>a 4>b', { since: 3.82 }),
  s('signals blocked and ignored', `(trap '' HUP PIPE; make signals); make signals`),
  s('limits', 'umask 027; make limits'),
  s('background', 'make all >out 2>&1 & wait $!; echo $?; cat out'),
  s('background, failing', 'make fail >out 2>&1 & wait $!; echo $?'),
  s('two makes at once', 'make one & make two & wait', { anyOrder: true }),
  s('nohup', 'nohup make all fail; echo $?'),
  s('&& and ||', 'make one && make fail || make two'),
  s('in an sh loop', 'for g in one two; do make $g; done <source'),
  s('stdin a terminal', "script -qec 'make terminal' /dev/null", { needs: ['script'] }),
  s('terminal, failing', "script -qec 'make one fail' /dev/null", { needs: ['script'] }),
  s('terminal, -j4', "script -qec 'make -j4 terminal; make -j1 terminal' /dev/null", {
    needs: ['script'],
  }),
  s('terminal, -O', "script -qec 'make -O -j2 terminal' /dev/null", {
    needs: ['script'],
    since: 4,
  }),
  s('terminal, env', "script -qec 'make env' /dev/null", { needs: ['script'] }),
  s('terminal, an answer is typed', "script -qec 'stty -echo; make prompt' /dev/null", {
    needs: ['script'],
    typed: 'yes\n',
    ...makefile('prompt: ; @echo started; read -r a; echo "answer: $$a"\n'),
  }),
  s('terminal, Ctrl-C typed', "script -qec 'make slow' /dev/null", {
    needs: ['script'],
    typed: '\x03',
  }),
];
