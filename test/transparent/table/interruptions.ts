// Signals.

import { makefile, type Scenario, s } from '../scenario';

export const interruptions: Scenario[] = [
  s('Ctrl-C to the group', 'exec make slow', { signal: { name: 'SIGINT', to: 'group' } }),
  s('Ctrl-C, an unfinished file', 'exec make slow-file', {
    signal: { name: 'SIGINT', to: 'group' },
  }),
  s('Ctrl-C, a recipe that tidies up', 'exec make patient', {
    signal: { name: 'SIGINT', to: 'group' },
  }),
  s('Ctrl-C with -k and more goals', 'exec make -k slow one', {
    signal: { name: 'SIGINT', to: 'group' },
  }),
  s('Ctrl-C in a sub-make', 'exec make nested', {
    ...makefile('nested: ; @$(MAKE) slow\nslow: ; @echo started; exec sleep 30\n'),
    signal: { name: 'SIGINT', to: 'group' },
  }),
  s('Ctrl-C with -j4', 'exec make -j4 slow one', {
    signal: { name: 'SIGINT', to: 'group' },
    ...makefile('slow: one ; @echo started; exec sleep 30\none: ; @:\n'),
  }),
  s('Ctrl-C while an include is generated', 'exec make x', {
    ...makefile('include gen.mk\nx: ;\ngen.mk: ; @echo started; exec sleep 30\n'),
    signal: { name: 'SIGINT', to: 'group' },
  }),
  s('SIGTERM to make alone', 'exec make slow', { signal: { name: 'SIGTERM', to: 'make' } }),
  s('SIGTERM to make alone, an unfinished file', 'exec make slow-file', {
    signal: { name: 'SIGTERM', to: 'make' },
  }),
  s('SIGTERM to make alone, a recipe that tidies up', 'exec make patient', {
    signal: { name: 'SIGTERM', to: 'make' },
  }),
  s('SIGTERM to the group', 'exec make slow', { signal: { name: 'SIGTERM', to: 'group' } }),
  s('SIGHUP to the group', 'exec make slow-file', { signal: { name: 'SIGHUP', to: 'group' } }),
  s('SIGHUP to the group, under nohup', 'exec nohup make brief', {
    ...makefile('brief: ; @echo started; sleep 0.2; echo done\n'),
    signal: { name: 'SIGHUP', to: 'group' },
  }),
  // bash ignores SIGQUIT, so it must have become `sleep` by then.
  s('SIGQUIT to the group', 'ulimit -c 0; exec make slow', {
    ...makefile('slow: ; @(sleep 0.2; echo started) & exec sleep 30\n'),
    signal: { name: 'SIGQUIT', to: 'group' },
  }),
];
