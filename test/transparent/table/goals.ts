// What people ask make for.

import { makefile, type Scenario, s, untracked } from '../scenario';

export const goals: Scenario[] = [
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
