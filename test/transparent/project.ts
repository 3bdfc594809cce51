// The project that every scenario runs in: each rule shows something that a wrapper could disturb.

/** The main makefile. A scenario that needs another one replaces it. */
const MAKEFILE = `# A project that shows what make tells its makefiles and recipes.
all: one two
one: ; @echo one
two: ; @echo two; echo two, on stderr >&2
fail: ; @echo failing; exit 3
ignored: ; -@exit 4
missing: not-there
loud: ; echo loud
parse-flags := [$(MAKEFLAGS)]
parse-level := $(MAKELEVEL)
world:
	@echo 'parse: $(parse-flags) level: $(parse-level)'
	@echo 'recipe: [$(MAKEFLAGS)] [$(MFLAGS)] level: $(MAKELEVEL) restarts: [$(MAKE_RESTARTS)]'
	@echo "shell: [$$MAKEFLAGS] [$$MFLAGS] level: $$MAKELEVEL"
	@echo 'list: [$(MAKEFILE_LIST)] goals: [$(MAKECMDGOALS)] make: [$(MAKE)] over: [$(MAKEOVERRIDES)]'
	@echo 'dir: [$(CURDIR)] shell: [$(SHELL)] [$(.SHELLFLAGS)] default: [$(.DEFAULT_GOAL)]'
	@echo 'suffixes: [$(SUFFIXES)] include: [$(.INCLUDE_DIRS)] features: [$(.FEATURES)]'
env: ; @env | sort
env-direct: ; env
pwd: ; @echo '$(PWD) $(origin PWD)'
plain: ; @printenv VISIBLE; echo '$(origin VISIBLE) $(flavor VISIBLE)'
exported: export VISIBLE = of the target
exported: plain
show: ; @printf '<%s>\\n' '$(value X)' '$(origin X)' "$$X"
stdin: ; @cat; echo that was stdin
terminal:
	@for fd in 0 1 2; do if test -t $$fd; then echo $$fd terminal; else echo $$fd none; fi; done
ask: ; @read -r answer; echo "answer: $$answer"
many: ; @i=0; while test $$i -lt 20000; do echo line $$i; i=$$((i+1)); done
made: source ; cp source made; echo remade
source: ;
old: older ; @echo old rebuilt; touch old
slow: ; @echo started; exec sleep 30
slow-file: ; @echo half >$@; echo started; exec sleep 30
patient: ; @trap 'kill $$!; echo tidied; exit 7' INT TERM HUP; sleep 30 >/dev/null 2>&1 & echo started; wait
sub: ; @$(MAKE) --no-print-directory -C sub
sub-loud: ; $(MAKE) -C sub
again: ; @$(MAKE) world
deep: ; $(MAKE) again
parallel: p1 p2 p3 p4 ; @echo all four
p1 p2 p3 p4: ; +@$(MAKE) --no-print-directory -C sub
flaky: fail one
fds: ; @for fd in 3 4 5 6 7 8 9; do if (: >&$$fd) 2>/dev/null; then echo $$fd open; fi; done
signals: ; @grep -E '^Sig(Blk|Ign)' /proc/self/status
limits: ; @ulimit -n; ulimit -s; umask
group: ; @test "$$(ps -o pgid= -p $$$$)" = "$$(ps -o pgid= -p $$PPID)" && echo the same group
.PHONY: all one two fail world env env-direct plain exported show stdin ask many slow sub sub-loud
`;

/** Every file of the project: path → text. */
export const PROJECT: Readonly<Record<string, string>> = {
  Makefile: MAKEFILE,
  source: 'source\n',
  made: 'made before\n',
  older: 'older\n',
  old: 'old\n',
  'sub/Makefile':
    "all: ; @echo 'sub: [$(filter-out --jobserver%,$(MAKEFLAGS))] $(MAKELEVEL) $(CURDIR)'\n",
  'extra.mk': 'EXTRA := yes\nfrom-extra: ; @echo from extra, list: [$(MAKEFILE_LIST)]\n',
};
