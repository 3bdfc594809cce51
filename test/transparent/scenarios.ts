// The table: what people do with make, each as a line of sh that is run in the project's folder.

/** One line of the table. */
export interface Scenario {
  readonly name: string;
  /** A line of sh. `make` is the make under test. */
  readonly run: string;
  /** Files that replace or add to the project's. */
  readonly files?: Readonly<Record<string, string>>;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Sent as soon as a recipe has said `started`; `run` must then end in an `exec make`. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly to: 'group' | 'make' };
  /** Typed into the terminal as soon as a recipe has said `started`. */
  readonly typed?: string;
  /** The project's folder; others than the usual one may have spaces and any letters. */
  readonly folder?: string;
  /** Commands the machine must have. */
  readonly needs?: readonly string[];
  /** The oldest make that knows what is asked for. */
  readonly since?: number;
  /** The newest make for which this line holds. */
  readonly until?: number;
  /** Analytics steps aside, even when it is on. */
  readonly untracked?: true | 'without node in the default PATH';
  /** Recipes run at the same time, so lines may come in any order. */
  readonly anyOrder?: true;
  /** How often a make of the run fails; 1 unless told. */
  readonly fails?: number;
  /** What docs/transparency.md names as unavoidable, taken out on both sides. */
  readonly forgiven?: RegExp;
  /** stdout is make's data base, where this project's makefiles may show. */
  readonly database?: true;
}

const s = (name: string, run: string, more: Partial<Scenario> = {}): Scenario => ({
  name,
  run,
  ...more,
});
/** make 3.81 to 4.3 put a `w` into MAKEFLAGS for -C and -w; the real make is not told to. */
const W = { forgiven: /(?<=\[)-?w(?=\])/g } as const;
const makefile = (text: string) => ({ files: { Makefile: text } });
const untracked = { untracked: true } as const;

const goals: Scenario[] = [
  s('default goal', 'make'),
  s('several goals', 'make two one'),
  s('goal with an argument', 'make enable plex', {
    ...makefile('enable: ; @echo enabling $(word 2,$(MAKECMDGOALS))\n%: ; @:\n'),
  }),
  s('unknown goal', 'make nope'),
  s('unknown prerequisite', 'make missing'),
  s('failing recipe', 'make fail'),
  s('failing recipe, then others', 'make fail one'),
  s('exit codes', 'for n in 1 2 77 255; do make code CODE=$n; echo $?; done; make code CODE=9', {
    fails: 5,
    ...makefile('code: ; @exit $(CODE)\n'),
  }),
  s('recipe killed by a signal', 'make die', makefile('die: ; @kill -9 $$$$\n')),
  s('ignored failure', 'make ignored'),
  s('goal named like an existing file', 'make source'),
  s('goal named like an existing folder', 'make sub/'),
  s('goal up to date without a rule', 'make extra.mk'),
  s('goals of the shim’s own inner names', 'make default .always; make .run', {
    ...makefile('default .always .run: ; @echo mine: $@\n'),
  }),
  s('the makefile as a goal', 'make Makefile'),
  s('a goal with a folder in front', 'make ./one ././two'),
  s('goals after --', 'make -- one two'),
  s('a variable after --', 'make -- show X=after'),
  s('goal -', 'make - one'),
  s('goal - after --', 'make -- - one'),
  s('goal that begins with a dash', 'make -- -one', makefile('-one: ; @echo dash\nall: ;\n')),
  s('goals with quotes', `make "it's" 'say "hi"'`, makefile('%: ; @echo "got $(words $@)"\n')),
  s('goal with a dollar', "make 'a$b' '$(HOME)'", makefile("%: ; @printf '<%s>\\n' '$@'\n")),
  s('goals with spaces', "make 'two words' ' lead'", makefile("%: ; @printf '<%s>\\n' '$@'\n")),
  s('goal with a newline', "make 'two\nlines'", makefile('%: ; @echo $(words $@)\n')),
  s('goal with stars and marks', "make '*' 'a?' '[b]' 'c;d' 'e&f' 'g|h' 'i\\j' 'k%l' '#m'", {
    ...makefile("%: ; @printf '<%s>\\n' '$@'\n"),
  }),
  s('goal of non-ASCII letters', 'make größe 日本', makefile("%: ; @printf '<%s>\\n' '$@'\n")),
  s('empty goal', "make '' one; make one ''", { ...untracked, until: 4.3 }),
  s('empty goal', "make '' one; make one ''", { since: 4.4 }),
  s('archive member as goal', "make 'lib.a(member.o)'"),
  s('one goal, twice', 'make one one; make two ./two', untracked),
];

const flags: Scenario[] = [
  s('-k', 'make -k flaky two'),
  s('-k with two failing goals', 'make -k fail missing one'),
  s('-S', 'make -k -S flaky two'),
  s('-s', 'make -s loud'),
  s('-i', 'make -i fail one', untracked),
  s('-B', 'make -B made'),
  s('-n', 'make -n loud sub-loud made', untracked),
  s('-q, up to date', 'make -q source', untracked),
  s('-q, not up to date', 'make -q one', untracked),
  s('-t', 'make -t newest && cat newest', {
    ...untracked,
    ...makefile('newest: ; echo made >newest\n'),
  }),
  s('-p', 'make -p one', { ...untracked, database: true }),
  s('-v', 'make -v', untracked),
  s('--help', 'make --help', untracked),
  s('unknown flag', 'make --nonsense 2>&1 | head -1; make -y one >/dev/null 2>&1', untracked),
  s('-r and -R', 'make -r world; make -R world; make -rR world'),
  s('-e', 'make -e show', {
    env: { X: 'environment' },
    ...makefile('X = file\nshow: ; @echo $(X)\n'),
  }),
  s('-w', 'make -w one'),
  s('-w, failing', 'make -w fail'),
  s('--no-print-directory', 'make --no-print-directory sub-loud'),
  s('-I', 'make -I sub -Isub --include-dir=sub world'),
  s('-l', 'make -l 50 one; make --load-average=50 two'),
  s('-W file', 'make -W source made; make --what-if=source made; make --new-file source made'),
  s(
    '-o file',
    'touch older; make -o older old; make --old-file=older old; make --assume-old older old',
  ),
  s('--eval', "make --eval='greet: ; @echo greeted' greet; make --eval='greet: ; @echo greeted'", {
    ...untracked,
    since: 3.82,
  }),
  s('-O', 'make -j2 -O all; make --output-sync=line one; make -Otarget two', {
    anyOrder: true,
    since: 4,
  }),
  s('-Orecurse', 'make -j2 -Orecurse sub', { since: 4, until: 4.3 }),
  s('-Orecurse', 'make -j2 -Orecurse sub', { since: 4.4, ...untracked }),
  s('--trace', 'make --trace one', { ...untracked, since: 4 }),
  s('--warn-undefined-variables', 'make --warn-undefined-variables undefined', {
    ...makefile('undefined: ; @echo [$(NOT_DEFINED)]\n'),
  }),
  s('-f Makefile', 'make -f Makefile world', untracked),
  s('-f -', 'make -f - hello', { ...untracked, input: 'hello: ; @echo from stdin\n' }),
  s('-j8 with sub-makes', 'make -j8 parallel', { anyOrder: true }),
  s('-j8, anything at once', 'make -j8 one two source loud', { anyOrder: true }),
  s('-j without a number', 'make -j parallel', { anyOrder: true }),
  s('-j 1', 'make -j 1 world'),
  s('--jobs=3, a failing goal', 'make --jobs=3 fail'),
  s('-j2, printing MAKEFLAGS', 'make -j2 world'),
  s('flags in one word', 'make -ksB flaky made'),
  s('flags after goals', 'make one -s loud -k'),
  s(
    '-n, -q, -t in full',
    'make --dry-run two; make --question one; make --touch newest',
    untracked,
  ),
  s('-d', 'make -d one | grep -c ^one$', untracked),
  s('-L, -b, -m', 'make -L -b -m one'),
  s('-E', "make -E 'greet: ; @echo greeted' greet", { ...untracked, since: 4.3 }),
  s('--shuffle', 'make --shuffle=reverse all', { since: 4.4 }),
  s('--jobserver-style', 'make --jobserver-style=pipe -j2 world parallel', {
    since: 4.4,
    anyOrder: true,
  }),
  s('abbreviated long flags', 'make --keep --sil flaky loud'),
];

const folders: Scenario[] = [
  s('-C from above', 'cd .. && make -C host world', W),
  s('-C in one word', 'cd .. && make -Chost world', W),
  s('-C as --directory=', 'cd .. && make --directory=host world', W),
  s('-C as --directory', 'cd .. && make --directory host fail'),
  s('-C abbreviated', 'cd .. && make --dir host one'),
  s('-C behind other flags', 'cd .. && make -ksC host flaky'),
  s('-C twice', 'cd .. && make -C host -C sub -C .. one'),
  s('-C and --no-print-directory', 'cd .. && make --no-print-directory -C host world'),
  s('-C and -w', 'cd .. && make -wC host fail'),
  s('-C and sub-makes', 'cd .. && make -C host sub-loud sub again', W),
  s('-C and -s', 'cd .. && make -s -C host world'),
  s('-C after the goal', 'cd .. && make one -C host X=1'),
  s(
    '-C and $(PWD)',
    'cd .. && make -C host pwd; env -u PWD make -C host pwd; PWD=/ make -C host pwd',
  ),
  s('-C into a folder of its own', 'make -C sub', untracked),
  s('-C into nowhere', 'make -C nowhere one', untracked),
  s('path with spaces and non-ASCII letters', 'make world sub-loud fail', {
    folder: 'mein Zuhause – größer 家',
  }),
  s('path with quotes and a dollar', 'make world sub-loud', { folder: `it's "$HOME" & co` }),
  s('-C and a path with spaces', 'cd .. && make -C "a b" world', { ...W, folder: 'a b' }),
  s('folder entered by a symlink', 'ln -s "$PWD" ../link && cd ../link && make world pwd'),
  s('make by its path', '"$(command -v make)" world sub'),
  s(
    'make by a path with a quote and a space',
    'mkdir "../it\'s a" && cp "$(command -v make)" "../it\'s a/make" && "../it\'s a/make" one X=1 fail',
  ),
  s('make by a relative path', 'cp "$(command -v make)" sub/make && sub/make world; rm sub/make'),
  s(
    'make by another name',
    'cp "$(command -v make)" ../gm && PATH="$PWD/..:$PATH" && gm world fail',
    {},
  ),
];

const variables: Scenario[] = [
  s('VAR=x', 'make X=x show world'),
  s('VAR=x before and after goals', 'make A=1 show X=2 env'),
  s('VAR with spaces, quotes, dollar', `make X="a  b 'c' \\"d\\" \\$(words e f) \\$\\$HOME" world`),
  s('VAR shown with a dollar', "make 'X=$$HOME $(MAKELEVEL)' show"),
  s('VAR with a newline', "make 'X=two\nlines' env"),
  s('VAR with a newline at its end', "make 'X=line\n' 'Y=\n' env"),
  s('VAR with a backslash', "make 'X=a\\b\\\\c \\n' world env"),
  s('VAR empty', 'make X= show'),
  s('VAR:=x, VAR+=x, VAR?=x', 'make X:=1 Y+=2 Z?=3 world env'),
  s('VAR with a long value', 'make X="$(printf %05000d 7)" show'),
  s('SHELL on the command line', 'make SHELL=/bin/sh world'),
  s('MAKEFLAGS on the command line', 'make MAKEFLAGS=k flaky two'),
  s('MAKE on the command line', 'make MAKE=true one sub again'),
  s('MAKE in the environment', 'MAKE=true make one sub again'),
  s('.DEFAULT_GOAL on the command line', 'make .DEFAULT_GOAL=two'),
  s('MAKELEVEL on the command line', 'make MAKELEVEL=5 world', untracked),
  s('exported variables', 'VISIBLE=1 make plain exported'),
  s('env | sort in a recipe', 'make env', { env: { HOST_DOMAIN: 'a b', DOLLAR: '$x $(y)' } }),
  s('env with a newline', 'make env', { env: { LINES_2: 'a\nMAKEFLAGS=k\nb' } }),
  s('env of a recipe without a shell', 'make env-direct'),
  s(
    'env names that no shell knows',
    "env a.b=1 c-d=2 'BASH_FUNC_f%%=() { echo f\n}' make env-direct",
  ),
  s('a function exported by bash', "bash -c 'hi() { echo hi from bash; }; export -f hi; make hi'", {
    needs: ['bash'],
    ...makefile('SHELL := bash\nhi: ; @hi\n'),
  }),
  s('MAKEFLAGS in the environment', 'MAKEFLAGS=k make flaky world'),
  s('MAKEFLAGS with long flags', 'MAKEFLAGS="--no-print-directory -s" make loud sub-loud world'),
  s('MAKEFLAGS with a variable', 'MAKEFLAGS="X=from\\ flags" make show world'),
  s('MAKEFLAGS with -j', 'MAKEFLAGS=-j4 make parallel', { anyOrder: true }),
  s('MAKEFLAGS with n', 'MAKEFLAGS=n make one', untracked),
  s('MAKEFLAGS empty', 'MAKEFLAGS= make world env'),
  s('GNUMAKEFLAGS', 'GNUMAKEFLAGS=-s make loud world env'),
  s('MAKEFILES', 'MAKEFILES=extra.mk make from-extra', untracked),
  s('in CI, where make waits for the shim', 'make env all fail', { env: { CI: 'true' } }),
  s('DO_NOT_TRACK', 'make env world', { ...untracked, env: { DO_NOT_TRACK: '1' } }),
  s('off by environment', 'make env', { ...untracked, env: { ONRAMP_ANALYTICS_ENABLED: '0' } }),
  s('no environment at all', 'env -i "$(command -v make)" env-direct world', {
    untracked: 'without node in the default PATH',
  }),
  s('nothing in PATH', 'm=$(command -v make); PATH=/nowhere "$m" -s X=1 show; "$m" one', {
    untracked: 'without node in the default PATH',
  }),
  s('MAKELEVEL in the environment', 'MAKELEVEL=0 make world env; MAKELEVEL=2 make world'),
  s('MAKE_TERMOUT in the environment', 'MAKE_TERMOUT=x MAKE_TERMERR=y make env'),
  s('MFLAGS in the environment', 'MFLAGS=-k make world env'),
  s('SHELL in the environment', 'SHELL=/bin/nowhere make world env'),
  s('CDPATH, ENV in the environment', 'CDPATH=/ ENV=/dev/null make world one env'),
  s('IFS in the environment', 'IFS=a make world one env', untracked),
  s('variables named like those of the scripts', 'make env show X=2', {
    env: {
      record: '1',
      here: '2',
      shim: '3',
      line: '4',
      words: '5',
      newline: '6',
      goals: '7',
      make: '8',
      mode: '9',
      before: 'b',
      fds: 'f',
      flags: 'g',
      word: 'w',
      is_goal: 'i',
      whole: 'h',
      mark: 'k',
      status: 's',
      alone: 'l',
    },
  }),
];

const makefiles: Scenario[] = [
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

const streams: Scenario[] = [
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

const interruptions: Scenario[] = [
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
  s('SIGQUIT to the group', 'ulimit -c 0; exec make slow', {
    signal: { name: 'SIGQUIT', to: 'group' },
  }),
];

export const SCENARIOS: readonly Scenario[] = [
  ...goals,
  ...flags,
  ...folders,
  ...variables,
  ...makefiles,
  ...streams,
  ...interruptions,
];
