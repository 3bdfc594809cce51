// What a makefile may hold.

import { makefile, type Scenario, s } from '../scenario';

export const makefiles: Scenario[] = [
  s('MAKELEVEL, MAKEFLAGS, MAKEFILE_LIST', 'make world'),
  s('sub-makes in the same folder', 'make deep'),
  s('generated include', 'make show; make show', {
    fails: 2,
    ...makefile(
      'include gen.mk\nshow: ; @echo $(G) [$(MAKE_RESTARTS)] [$(MAKEFILE_LIST)]\ngen.mk: ; @echo generating; echo G := $(MAKELEVEL) >$@\n',
    ),
  }),
  s('generated include that fails', 'make show', {
    ...makefile('include gen.mk\nshow: ; @echo $(G)\ngen.mk: ; @echo no; exit 5\n'),
  }),
  s('optional include that fails', 'make show', {
    ...makefile('-include gen.mk\nshow: ; @echo shown\ngen.mk: ; @echo no; exit 5\n'),
  }),
  s('makefile that remakes itself', 'make show', {
    files: {
      Makefile: 'show: ; @echo old\nMakefile: Makefile.in ; @sleep 0.01; cp $< $@\n',
      'Makefile.in': 'show: ; @echo new [$(MAKE_RESTARTS)]\n',
    },
  }),
  s('missing include', 'make one', makefile('include nowhere.mk\none: ;\n')),
  s('include from the include path', 'make -I sub x', {
    files: { 'sub/x.mk': 'x: ; @echo x\n', Makefile: 'include x.mk\n' },
  }),
  s('.ONESHELL', 'make x', makefile('.ONESHELL:\nx:\n\t@a=1\n\techo $$a\n\tcd sub\n\tpwd\n')),
  s('own SHELL', 'make x', {
    ...makefile(
      'SHELL := bash\n.SHELLFLAGS := -ec\nx: ; @false; echo no\ny: ; @echo $${BASH_VERSION:+bash}\n',
    ),
    needs: ['bash'],
  }),
  s(
    'SHELL that does not exist',
    'make x',
    makefile('SHELL := /bin/nowhere\nx: ; @echo x; echo y\n'),
  ),
  s('export alone', 'make env', makefile('export\nA := 1\nb.c := 2\nenv: ; @env | sort\n')),
  s(
    '.EXPORT_ALL_VARIABLES',
    'make env',
    makefile('.EXPORT_ALL_VARIABLES:\nA := 1\nenv: ; @env | sort\n'),
  ),
  s('unexport alone', 'make env A=1', makefile('unexport\nA := 1\nenv: ; @env | sort\n')),
  s('match-anything rule', 'make a b', makefile('%: ; @echo any $@\n')),
  s('double-colon match-anything rule', 'make a b', makefile('%:: ; @echo any $@\n')),
  s('match-anything rule that fails', 'make a b', makefile('%: ; @echo any $@; false\n')),
  s('.DEFAULT', 'make a b', makefile('.DEFAULT: ; @echo default $@\n')),
  s(
    '.SILENT, .IGNORE, .POSIX',
    'make x',
    makefile('.POSIX:\n.SILENT:\n.IGNORE:\nx: ; echo x; false\n'),
  ),
  s(
    '.NOTPARALLEL',
    'make -j8 x y',
    makefile('.NOTPARALLEL:\nx: ; @sleep 0.02; echo x\ny: ; @echo y\n'),
  ),
  s('.DELETE_ON_ERROR', 'make x', makefile('.DELETE_ON_ERROR:\nx: ; @echo half >x; false\n')),
  s(
    '.SECONDEXPANSION',
    'make x',
    makefile('.SECONDEXPANSION:\nD := source\nx: $$(D) ; @echo $^\n'),
  ),
  s('intermediate files', 'make x.c', {
    files: { Makefile: '%.b: %.a ; cp $< $@\n%.c: %.b ; cp $< $@\n', 'x.a': 'a\n' },
  }),
  s('built-in rules', 'make x', { files: { Makefile: 'all: x\n', 'x.sh': 'echo x\n' } }),
  s('suffix rules', 'make x.two', {
    files: { Makefile: '.SUFFIXES: .one .two\n.one.two: ; cp $< $@\n', 'x.one': '1\n' },
  }),
  s(
    '$(shell make …)',
    'make x',
    makefile(
      'ifndef INNER\nV := $(shell INNER=1 make -s inner 2>&1)\nendif\nx: ; @echo [$(V)]\ninner: ; @echo inner $(MAKELEVEL) [$(MAKEFLAGS)]\n',
    ),
  ),
  s(
    '$(info), $(warning)',
    'make x',
    makefile('$(info info)\n$(warning warning)\nx: ; @echo $(info in recipe)x\n'),
  ),
  s('$(error)', 'make x', makefile('x: ; $(error stop here)\n')),
  s('$(error) at parse', 'make x', makefile('$(error stop here)\n')),
  s('missing separator', 'make x', makefile('x: ;\nnonsense\n')),
  s('no rules at all', 'make', makefile('A := 1\n')),
  s('empty makefile and a goal', 'make x', makefile('')),
  s('makefile before Makefile', 'make', {
    files: { makefile: 'x: ; @echo small [$(MAKEFILE_LIST)]\n' },
  }),
  s(
    'makefile that changes MAKEFLAGS',
    'make x',
    makefile('MAKEFLAGS += -s --no-builtin-rules\nx: ; echo x [$(MAKEFLAGS)]\n'),
  ),
  s(
    'makefile that sets .DEFAULT_GOAL',
    'make',
    makefile('.DEFAULT_GOAL := y\nx: ; @echo x\ny: ; @echo y\n'),
  ),
  s('two rules for one target', 'make x', makefile('x: ; @echo 1\nx: ; @echo 2\n')),
  s('double-colon rules', 'make x', makefile('x:: ; @echo 1\nx:: ; @echo 2\n')),
  s('circular prerequisites', 'make x', makefile('x: y ; @echo x\ny: x ; @echo y\n')),
  s('a folder called default', 'make', {
    ...makefile('x: ; @echo x\n'),
    files: { Makefile: 'x: ; @echo x\n', 'default/f': '' },
  }),
  s('VPATH', 'make x', { files: { Makefile: 'VPATH := sub\nx: y ; cat $<\n', 'sub/y': 'y\n' } }),
];
