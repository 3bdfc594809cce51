# onramp-analytics: the analytics-* targets, the macro analytics-event, the tracking of commands.
#
# A host project either has the drop-in GNUmakefile, which includes this file and tracks commands,
# or includes this file in its own Makefile and gets the targets and the macro. While analytics is
# off, nothing in here starts a process (but see onramp.lock below). Names have a dot or a dash, so that a
# bare `export` in the host's makefile does not put them into the environment of its recipes. Recipes
# stand behind a `;`, so that no .RECIPEPREFIX matters.

ifndef analytics.included
analytics.included := 1

analytics.dir := $(dir $(lastword $(MAKEFILE_LIST)))
analytics.root := $(patsubst %.onramp/,%,$(analytics.dir))
ifndef analytics.dropin
analytics.dropin :=
endif

# The version of make, unless somebody's environment has a variable of that name: then as if it were old.
analytics.version := $(if $(filter default,$(origin MAKE_VERSION)),$(MAKE_VERSION),3.81)
analytics.old := $(filter 3.% 4.0 4.0.% 4.1 4.1.%,$(analytics.version))
# Likewise the goals: what the environment calls so are not those of this command.
analytics.goals :=
ifeq (,$(filter environment% command% override,$(firstword $(origin MAKECMDGOALS))))
analytics.goals := $(patsubst ./%,%,$(value MAKECMDGOALS))
endif

define analytics.newline


endef
analytics.empty :=
analytics.blank := $(analytics.empty) $(analytics.empty)
analytics.hash := \#
analytics.close := )
# A text as one word of sh. A newline would end the recipe's line, and what follows would be a command.
analytics.quote = '$(subst ','\'',$(subst $(analytics.newline), ,$(1)))'

# --- Who decides: DO_NOT_TRACK, ONRAMP_ANALYTICS_ENABLED, onramp.lock. Nothing in them is evaluated. A
# value counts only if the whole of it is a word that is known. src/consent/consent.ts decides the same.

analytics.words := 1 true yes on local True Yes On Local TRUE YES ON LOCAL
# Its one argument, if that is a single word, and one of the second.
analytics.pick = $(if $(word 2,$(1)),,$(filter $(2),$(1)))
# The words as values of onramp.lock, which may have quotes.
analytics.quoted = $(1:%==%) $(1:%=="%") $(1:%=='%')
analytics.keys := ANALYTICS_ENABLED ANALYTICS_ID ANALYTICS_NOTICE_SHOWN
# What a UUID looks like when each of its digits is an x.
analytics.uuid := xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx
analytics.digits = $(subst 0,x,$(subst 1,x,$(subst 2,x,$(subst 3,x,$(subst 4,x,$(subst 5,x,$(subst 6,x,$(subst 7,x,$(subst \
  8,x,$(subst 9,x,$(subst a,x,$(subst b,x,$(subst c,x,$(subst d,x,$(subst e,x,$(subst f,x,$(subst A,x,$(subst B,x,$(subst \
  C,x,$(subst D,x,$(subst E,x,$(subst F,x,$(subst x,y,$(1))))))))))))))))))))))))
analytics.dnt := $(strip $(value DO_NOT_TRACK))
analytics.env := $(strip $(value ONRAMP_ANALYTICS_ENABLED))
analytics.mode :=
analytics.set :=
analytics.unread :=
# One on make's command line is off whatever it says: it hides the environment's.
ifneq (,$(if $(findstring command,$(origin DO_NOT_TRACK)),1,$(if $(analytics.dnt),$(if $(call analytics.pick,$(analytics.dnt),0 false False FALSE),,1))))
else ifneq (,$(analytics.env))
  analytics.mode := $(call analytics.pick,$(analytics.env),$(analytics.words))
else
  # What the last ANALYTICS_ENABLED and ANALYTICS_ID lines of onramp.lock set, from their `=` on, without a comment.
  # From make 4.2 on that takes no process. There, `@~@` stands for white space and `@/@` for the ends of lines: many
  # words are more than make can hold. An `@` of the file's own becomes `@a`.
  ifneq (,$(analytics.old))
    analytics.text := $(if $(wildcard $(analytics.root)onramp.lock),$(shell \
      LC_ALL=C sed -n -e '1s/^﻿//' -e 't on' -e ':on' -e 's/^ANALYTICS_ENABLED=/E=/' -e 't set' -e 's/^ANALYTICS_ID=/I=/' \
      -e 't set' -e '/^ANALYTICS_NOTICE_SHOWN=/d' $(foreach key,$(analytics.keys),-e \
      's/^[[:space:]]*\(export[[:space:]][[:space:]]*\)\{0,1\}$(key)[[:space:]]*=.*/unread/p') -e d -e ':set' \
      -e 's/[[:space:]][[:space:]]*$(analytics.hash).*//' -e 's/[[:space:]]*$$//' -e 's/@/@a/g' -e 's/[[:space:]]/@~@/g' -e p \
      $(call analytics.quote,$(analytics.root)onramp.lock) 2>/dev/null))
    analytics.set := $(patsubst E%,%,$(lastword $(filter E%,$(analytics.text))))
    analytics.id := $(patsubst I%,%,$(lastword $(filter I%,$(analytics.text))))
    analytics.unread := $(filter unread,$(analytics.text))
  else ifeq (,$(wildcard $(analytics.root)onramp.lock/.))
    analytics.text := $(strip @/@$(subst $(analytics.newline),@/@,$(subst @,@a,$(file <$(analytics.root)onramp.lock))))
    analytics.text := $(patsubst @/@﻿%,@/@%,$(subst $(analytics.blank),@~@,$(analytics.text)))
    analytics.last = $(firstword $(subst @~@$(analytics.hash), ,$(firstword $(subst @/@, ,$(patsubst @=@%,=%,$(filter @=@%,$(lastword \
      $(subst @/@$(1)=, @=@,$(analytics.text)))))))))
    analytics.set := $(call analytics.last,ANALYTICS_ENABLED)
    analytics.id := $(call analytics.last,ANALYTICS_ID)
  endif
  analytics.mode := $(call analytics.pick,$(subst @~@, ,$(analytics.set)),$(call analytics.quoted,$(analytics.words)))
  ifneq (,$(analytics.mode))
    # Not where a line of ours was not read: what is one without its blanks and its `export` may mean off. Nor with an
    # id that is none: it is not overwritten, and nothing is recorded without one.
    ifeq (,$(analytics.old))
      analytics.text := $(subst @/@ANALYTICS_ENABLED=,@=@,$(subst @/@ANALYTICS_ID=,@=@,$(subst \
        @/@ANALYTICS_NOTICE_SHOWN=,@=@,$(analytics.text))))
      ifneq (,$(findstring ANALYTICS_,$(analytics.text)))
        analytics.text := $(subst @~@=,=,$(subst @/@export@~@,@/@,$(subst @/@@~@,@/@,$(analytics.text))))
        analytics.unread := $(strip $(foreach key,$(analytics.keys),$(findstring @/@$(key)=,$(analytics.text))))
      endif
    endif
    analytics.id := $(subst @~@, ,$(or $(call analytics.digits,$(analytics.id)),=))
    analytics.mode := $(if $(analytics.unread),,$(if $(call analytics.pick,$(analytics.id),= ="" ='' $(call \
      analytics.quoted,$(analytics.uuid))),$(analytics.mode)))
  endif
endif

# Recorded here, and never sent, whoever records it.
analytics.local := $(if $(findstring l,$(subst L,l,$(analytics.mode))),local)

# --- Whether this make is to be tracked. Not a make inside of make, nor where something of ours is missing,
# nor flags with which make does not run commands or talks about itself; `--eval` and MAKEFILES would take
# effect twice. A make that was started under a made-up name, or none, could not be started again. For makefiles of
# ours as goals, both makes would have a word. Files of the names that are remade below would keep the real make from running.

analytics.flags := $(firstword -$(MAKEFLAGS))
analytics.quiet :=
ifneq (,$(analytics.mode))
# For a goal that is no possible name of a file, make complains; this make would do so, too. `abspath` gives
# nothing for a path of more than 4096 letters.
analytics.wide := $(subst x,xxxxxxxxxxxxxxx,$(subst x,xxxxxxxxxxxxxxxx,xxxxxxxxxxxxxxxx))
analytics.quiet := $(strip $(filter-out 0,$(MAKELEVEL)) $(value ONRAMP_ANALYTICS_INNER) $(value IFS) \
  $(foreach flag,n q t p d i,$(findstring $(flag),$(filter-out --%,$(analytics.flags)))) \
  $(filter-out $(words $(sort $(analytics.goals))),$(words $(analytics.goals))) \
  $(word 1001,$(analytics.goals)) \
  $(filter-out $(words $(abspath $(addprefix /$(analytics.wide)/,$(analytics.goals)))),$(words $(analytics.goals))) \
  $(filter --eval% --debug% --trace -Orecurse --output-sync=recurse,$(MAKEFLAGS)) $(value MAKEFILES) \
  $(if $(analytics.goals),,$(value MAKECMDGOALS)) $(filter-out default,$(origin MAKE_COMMAND)) \
  $(if $(filter-out . ..,$(MAKE_COMMAND)),,unnamed) $(findstring =,$(MAKE_COMMAND)) $(findstring $(analytics.newline),$(MAKE_COMMAND)) \
  $(filter GNUmakefile .onramp/analytics.mk,$(analytics.goals)) $(wildcard .onramp/.run .onramp/.succeeded))
endif
ifneq (,$(value ONRAMP_ANALYTICS_INNER))
unexport ONRAMP_ANALYTICS_INNER
endif

# --- The macro: $(call analytics-event,service_enabled,service_name=plex has_scaffold=true)
# in a recipe. Inside of a tracked command it costs no process of its own: that hands on, in
# ONRAMP_ANALYTICS_INNER, the folder for what recipes report. It never fails.

analytics.inner := $(value ONRAMP_ANALYTICS_INNER)
analytics.line = $(call analytics.quote,$(if $(analytics.local),local: )$(1) $(2))
ifeq (,$(analytics.mode))
analytics-event = :
else ifneq (,$(filter-out -,$(analytics.inner)))
analytics.reports := $(if $(filter /%,$(analytics.inner)),,$(CURDIR)/)$(analytics.inner)/reports
# Not through a link, nor into a pipe, which would be waited for.
analytics.whole = $(call analytics.quote,$(analytics.reports))
analytics-event = { [ ! -h $(analytics.whole) ] && { [ -f $(analytics.whole) ] || [ ! -e $(analytics.whole) ]; } && printf '%s\n' $(call analytics.line,$(1),$(2)) >>$(analytics.whole); } 2>/dev/null || :
else ifneq (,$(or $(analytics.inner),$(and $(analytics.dropin),$(analytics.quiet),$(filter 0,$(MAKELEVEL)))))
analytics-event = :
else
analytics-event = /bin/sh $(call analytics.quote,$(analytics.dir)track) event $(call analytics.line,$(1),$(2))
endif
# What stays defined when the drop-in steps aside.
analytics.needed := analytics.included
ifneq (,$(analytics.mode))
analytics.needed += analytics.quote analytics.newline analytics.line analytics.local analytics.reports analytics.whole analytics.dir
endif

# --- The targets. With the drop-in they are defined only for those who ask for them, so that
# nothing is added to what the host's own targets, completion and default goal are.

analytics.targets := $(addprefix analytics-,enable local disable status show-id reset-id preview log report export \
  clear forget)
ifneq (,$(if $(analytics.dropin),$(filter $(analytics.targets),$(value MAKECMDGOALS) $(if $(analytics.goals),,$(if $(value MAKECMDGOALS),$(analytics.targets)))),1))
analytics.goal := $(.DEFAULT_GOAL)
analytics.needed += analytics.tell analytics.args analytics.quote analytics.newline analytics.dir
# `make analytics-log ARGS='--since 7d'`: taken from make's own command line, and from nowhere else.
analytics.args = $(if $(findstring command,$(origin ARGS)),$(if $(filter %-status %-preview %-log %-report %-export %-clear %-forget,$@),$(ARGS)))
analytics.tell = @/bin/sh $(call analytics.quote,$(analytics.dir)track) tell $(patsubst local,enable --local,$(@:analytics-%=%)) $(analytics.args)

.PHONY: $(analytics.targets)
# With -t alone, make would do nothing and say nothing; a `+` that make sees before it expands the line helps.
ifeq (t,$(findstring t,$(filter-out --%,$(analytics.flags)))$(findstring n,$(filter-out --%,$(analytics.flags))))
$(analytics.targets): ; +$(analytics.tell)
else
$(analytics.targets): ; $(analytics.tell)
endif
analytics-enable: ## Turn on anonymous usage analytics (off by default)
analytics-local: ## Record usage on this machine only, send nothing
analytics-disable: ## Turn analytics off and throw away what waits to be sent
analytics-status: ## Show whether analytics is on, who decided, what waits
analytics-show-id: ## Show the anonymous id
analytics-reset-id: ## Take a new anonymous id
analytics-preview: ## Show the exact request that would be sent next
analytics-log: ## Show what was recorded, and what became of it
analytics-report: ## Show a summary of what was recorded
analytics-export: ## Print everything that was recorded, for other programs
analytics-clear: ## Delete what was recorded on this machine
analytics-forget: ## Have what was sent deleted, take a new id, clear the record

.DEFAULT_GOAL := $(analytics.goal)
endif

ifneq (,$(analytics.dropin))
# Only ours: the project's own makefile is not read.
ifneq (,$(analytics.goals))
ifeq (,$(filter-out $(analytics.targets),$(analytics.goals)))
analytics.steps-in := 1
override SHELL := /bin/sh
override .SHELLFLAGS := -c
endif
endif

# --- The tracking of commands, through the drop-in GNUmakefile.

ifneq (,$(and $(analytics.mode),$(wildcard makefile Makefile),$(wildcard .onramp/track),$(wildcard .onramp/onramp-analytics)))
ifeq (,$(analytics.quiet)$(filter $(analytics.targets),$(value MAKECMDGOALS)))
# A make that is not where its name says (`exec -a mymake make`) could not be started again.
ifneq (,$(if $(findstring /,$(MAKE_COMMAND)),$(wildcard $(subst $(analytics.blank),?,$(MAKE_COMMAND))),$(wildcard $(addsuffix /$(MAKE_COMMAND),$(subst :, ,$(PATH))))))
analytics.steps-in := 1
override SHELL := /bin/sh
override .SHELLFLAGS := -c
# Each in a variable of its own: one may hold 128 KiB. Without /proc, track needs all goals; there is no such
# limit there (macOS).
export ONRAMP_ANALYTICS_GOAL := $(word 1,$(value MAKECMDGOALS))
export ONRAMP_ANALYTICS_NAME := $(word 2,$(value MAKECMDGOALS))
ifeq (,$(wildcard /proc/self/cmdline))
export ONRAMP_ANALYTICS_GOALS := $(value MAKECMDGOALS)
endif
# What track would have to read byte by byte: a name for this command that no other has, also not in
# another container; this process, and when it began; the boot, and when the first process of this pid namespace
# began. (proc(5): field 22 of stat, the 20th behind the name in brackets.) Older makes leave it to track.
analytics.run :=
analytics.process :=
analytics.space :=
ifeq (,$(analytics.old))
analytics.began = $(word 20,$(subst @~@, ,$(lastword $(subst $(analytics.close)@~@, ,$(subst $(analytics.blank),@~@,$(1))))))
analytics.stat := $(file </proc/self/stat)
ifneq (,$(analytics.stat))
analytics.run := $(strip $(file </proc/sys/kernel/random/uuid))
analytics.process := $(firstword $(analytics.stat)) $(call analytics.began,$(analytics.stat))
analytics.space := $(or $(strip $(file </proc/sys/kernel/random/boot_id)),-) $(or $(call analytics.began,$(file </proc/1/stat)),-)
endif
endif
# What a shell would not hand on as it was: names that are not names for it, and what it sets itself. Only
# where there may be such a name is each one looked at.
analytics.suffixes := C F S c cc cpp def f m mod o p r s
analytics.names := $(filter-out analytics% LEX.l LEX.m LINT.c YACC.m YACC.y \%D \%F *D *F +D +F <D <F ?D ?F @D @F ^D ^F \
  $(foreach kind,COMPILE LINK PREPROCESS,$(addprefix $(kind).,$(analytics.suffixes))) -*-command-variables-*- \
  -*-eval-flags-*- .DEFAULT_GOAL .FEATURES .INCLUDE_DIRS .LIBPATTERNS .LOADED .RECIPEPREFIX .SHELLFLAGS .SHELLSTATUS \
  .VARIABLES,$(.VARIABLES))
analytics.names := $(if $(strip $(foreach mark,% . - / : + @ ( ),$(findstring $(mark),$(analytics.names)))),$(.VARIABLES)) \
  OPTIND PS4 MAKE_TERMOUT MAKE_TERMERR
analytics.names := $(foreach name,$(analytics.names),$(if $(findstring environment,$(origin $(name))),$(name)))
analytics.odd := $(strip $(foreach mark,% . - / : + @ ( ),$(findstring $(mark),$(analytics.names))) \
  $(filter OPTIND PS4 MAKE_TERMOUT MAKE_TERMERR,$(analytics.names)) \
  $(if $(findstring $(analytics.newline),$(value SHLVL)),SHLVL) \
  $(filter undefined,$(origin PATH)) \
  $(if $(findstring $(analytics.newline),$(value PWD))$(if $(value PWD),,$(filter-out undefined,$(origin PWD))),PWD))
# The flags and variables on its command line, if all of them are simple: then track need not read its words. Asked
# when the recipe runs: before, make does not say -j. Flags by single letters come first, -Onone is from below.
# A job server that did not come with a -j is one that the environment hands on. Long ones, of more than some 250
# letters, cost a shell more than a process.
analytics.given = $(filter-out -- $(analytics.sync) $(if $(filter -j%,$(MAKEFLAGS)),--jobserver-auth=%),$(wordlist 2,99,-$(MAKEFLAGS)))
analytics.assigned = $(if $(filter undefined,$(origin MAKEOVERRIDES)),,$(MAKEOVERRIDES))
analytics.unknown = $(filter-out -j% --no-print-directory $(analytics.assigned),$(analytics.given))
analytics.letters = $(subst -,,$(firstword -$(MAKEFLAGS)))
analytics.special = $(subst B,,$(subst e,,$(subst k,,$(subst r,,$(subst S,,$(subst s,,$(analytics.letters)))))))
analytics.simple = $(foreach flag,B e k r S s,$(if $(findstring $(flag),$(analytics.letters)),-$(flag))) $(analytics.given)
analytics.short = $(abspath /$(analytics.wide)/$(subst /,x,$(subst $(analytics.blank),x,$(analytics.simple))))
analytics.plain = $(if $(analytics.old)$(analytics.unknown)$(analytics.special),,$(if $(analytics.short),$(strip $(analytics.simple))))
analytics.sync :=
# With -Orecurse, this make would hold back all that the real one says. make 4.0 to 4.3 do not tell
# a makefile about -O, so it is turned off here; the real make gets the flags that were given.
ifneq (,$(and $(filter 4.0 4.0.% 4.1 4.1.% 4.2% 4.3%,$(analytics.version)),$(wildcard /proc/self/cmdline)))
analytics.sync := -Onone
MAKEFLAGS := $(analytics.sync)
endif
.SUFFIXES:
.NOTPARALLEL:

# The real make runs while this make looks for included makefiles to remake: there, and only there,
# GNU make ignores a failed recipe silently, goes on, and is, towards signals, nothing but the parent of
# the real make (track replaces itself with it). `.succeeded` is remade only if `.run` was. Then the
# goals are looked at: they do nothing, or tell the failure, once. /bin/sh is called by its path, as
# make itself does: there need not be one in PATH.
analytics.track := /bin/sh .onramp/track
# A recipe may have taken .onramp away, as the checkout of an older tag does. Then make's shell notes the end itself,
# where the record is in .git and the note has a name that no other command's has.
analytics.note := $(if $(analytics.run),.git/onramp-analytics/spool/$(analytics.run))
analytics.alone = { $(if $(analytics.note),[ ! -f $(analytics.note).start ] || echo $(1) >$(analytics.note).end; )exit $(1); } 2>/dev/null
analytics.end = set -- end $(1) '$(analytics.run)' $(analytics.where); [ -f .onramp/track ] || $(analytics.alone); . .onramp/track
analytics.where := '$(analytics.process)' '$(analytics.space)'
analytics.told :=
-include .onramp/.succeeded
.onramp/.run: ; @+$(analytics.track) run $(call analytics.quote,$(MAKE_COMMAND)) '$(analytics.run)' '$(if $(analytics.odd)$(filter -Onone,$(analytics.given)),odd)' '$(if $(word 3,$(value MAKECMDGOALS)),many)' $(call analytics.quote,$(value SHLVL)) '$(analytics.local)' $(analytics.where) $(call analytics.quote,$(analytics.plain)) $(call analytics.quote,$(value PWD))
.onramp/.succeeded: .onramp/.run ; $(eval analytics.told := 1)@$(call analytics.end,0)
analytics.tell-once = $(if $(analytics.told),:,$(eval analytics.told := 1)$(call analytics.end,2))

.DEFAULT_GOAL := default
.PHONY: default onramp-analytics.always
default: ; @$(analytics.tell-once)
%:: onramp-analytics.always ; @$(analytics.tell-once)
onramp-analytics.always: ;
endif
endif
endif
# make must not look for a way to remake these.
GNUmakefile .onramp/analytics.mk: ;
endif

endif
