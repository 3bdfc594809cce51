# onramp-analytics: the analytics-* targets, the macro analytics-event, the tracking of commands.
#
# A host project either has the drop-in GNUmakefile, which includes this file and tracks commands,
# or includes this file in its own Makefile and gets the targets and the macro. While analytics is
# off, nothing in here starts a process (but see the mirror below). Names have a dot or a dash so that
# a bare `export` in the host's makefile does not put them into the environment of its recipes.

ifndef analytics.included
analytics.included := 1

analytics.dir := $(dir $(lastword $(MAKEFILE_LIST)))
analytics.root := $(analytics.dir)../

# Settings. make/analytics.settings.mk, if there is one, changes them; init never touches that file.
ifneq (,$(wildcard $(analytics.dir)analytics.settings.mk))
include $(analytics.dir)analytics.settings.mk
endif
ifndef analytics.env-files
analytics.env-files := .env services-enabled/.env
endif
ifndef analytics.services
analytics.services := services-available
endif
ifndef analytics.overrides
analytics.overrides := overrides-available
endif
ifndef analytics.scaffolds
analytics.scaffolds := services-scaffold
endif
ifndef analytics.dropin
analytics.dropin :=
endif

# --- Who decides: DO_NOT_TRACK, ONRAMP_ANALYTICS_ENABLED, onramp.lock. `value` evaluates nothing.

analytics.dnt := $(filter-out 0 false False FALSE,$(value DO_NOT_TRACK))
analytics.env := $(strip $(value ONRAMP_ANALYTICS_ENABLED))
analytics.yes := 1 true yes on local True Yes On Local TRUE YES ON LOCAL
analytics.mode :=
ifneq (,$(analytics.dnt))
else ifneq (,$(analytics.env))
  analytics.mode := $(filter $(analytics.yes),$(analytics.env))
else ifneq (,$(wildcard $(analytics.root)onramp.lock))
  # The mode in onramp.lock is mirrored as a file name, which costs no process to look at. Only a
  # lock that no analytics command has ever written has no mirror; then sed reads it.
  analytics.mirror := $(notdir $(wildcard $(analytics.root).onramp-analytics/mode-*))
  ifneq (,$(analytics.mirror))
    analytics.mode := $(filter mode-on mode-local,$(analytics.mirror))
  else
    analytics.mode := $(filter $(analytics.yes),$(lastword $(shell \
      sed -n 's/^ANALYTICS_ENABLED=["'\'']*\([A-Za-z0-9]*\).*/\1/p' '$(analytics.root)onramp.lock' 2>/dev/null)))
  endif
endif

# Recorded here, and never sent, whoever records it.
analytics.local := $(if $(filter local Local LOCAL mode-local,$(analytics.mode)),local)

# --- What is not tracked: a make inside of make, and flags with which make does not run commands
# or talks about itself. `--eval` and MAKEFILES would take effect twice. A thousand goals might not
# fit into the environment.

analytics.flags := $(firstword -$(MAKEFLAGS))
analytics.goals := $(patsubst ./%,%,$(value MAKECMDGOALS))
analytics.quiet := $(strip $(filter-out 0,$(MAKELEVEL)) $(value ONRAMP_ANALYTICS_INNER) $(value IFS) \
  $(foreach flag,n q t p d i,$(findstring $(flag),$(filter-out --%,$(analytics.flags)))) \
  $(filter-out $(words $(sort $(analytics.goals))),$(words $(analytics.goals))) \
  $(word 1001,$(analytics.goals)) \
  $(filter --eval% --debug% --trace -Orecurse --output-sync=recurse,$(MAKEFLAGS)) $(value MAKEFILES))
unexport ONRAMP_ANALYTICS_INNER

# --- The macro: $(call analytics-event,service_enabled,service_name=plex has_scaffold=true)
# in a recipe. Inside of a tracked command it costs no process of its own; it never fails.

analytics.quote = '$(subst ','\'',$(1))'
analytics.line = $(call analytics.quote,$(if $(analytics.local),local: )$(1) $(2))
ifneq (,$(and $(analytics.mode),$(if $(value ONRAMP_ANALYTICS_INNER),1,$(if $(analytics.quiet),$(filter-out 0,$(MAKELEVEL)),1))))
  ifneq (,$(analytics.dropin))
analytics-event = { printf '%s\n' $(call analytics.line,$(1),$(2)) >>$(call analytics.quote,$(analytics.root).onramp-analytics/inbox); } 2>/dev/null || :
  else
analytics-event = sh $(call analytics.quote,$(analytics.dir)track.sh) event $(call analytics.line,$(1),$(2)) $(analytics.settings)
  endif
else
analytics-event = :
endif

analytics.settings = $(foreach setting,env-files services overrides scaffolds,$(call analytics.quote,$(analytics.$(setting))))

# --- The targets. With the drop-in they are defined only for those who ask for them, so that
# nothing is added to what the host's own targets, completion and default goal are.

ifneq (,$(if $(analytics.dropin),$(filter analytics-%,$(value MAKECMDGOALS)),1))
analytics.goal := $(.DEFAULT_GOAL)
analytics.tell = @sh $(call analytics.quote,$(analytics.dir)track.sh) tell $(analytics.settings)

.PHONY: analytics-enable analytics-disable analytics-status analytics-show-id analytics-reset-id
.PHONY: analytics-local analytics-preview
.PHONY: analytics-log analytics-export analytics-clear analytics-forget analytics-report
# `make analytics-log ARGS='--since 7d'`: taken from make's own command line, and from nowhere else.
analytics.args = $(if $(findstring command,$(origin ARGS)),$(ARGS))

analytics-enable: ## Turn on anonymous usage analytics (off by default)
	$(analytics.tell) enable

analytics-local: ## Record usage on this machine only, send nothing
	$(analytics.tell) enable --local

analytics-disable: ## Turn analytics off and throw away what waits to be sent
	$(analytics.tell) disable

analytics-status: ## Show whether analytics is on, who decided, what waits
	$(analytics.tell) status

analytics-show-id: ## Show the anonymous id
	$(analytics.tell) show-id

analytics-reset-id: ## Take a new anonymous id
	$(analytics.tell) reset-id

analytics-preview: ## Show the exact request that would be sent next
	$(analytics.tell) preview

analytics-log: ## Show what was recorded, and what became of it
	$(analytics.tell) log $(analytics.args)

analytics-report: ## Show a summary of what was recorded
	$(analytics.tell) report $(analytics.args)

analytics-export: ## Print everything that was recorded, for other programs
	$(analytics.tell) export $(analytics.args)

analytics-clear: ## Delete what was recorded on this machine
	$(analytics.tell) clear $(analytics.args)

analytics-forget: ## Have what was sent deleted, take a new id, clear the record
	$(analytics.tell) forget $(analytics.args)

.DEFAULT_GOAL := $(analytics.goal)
endif

# --- The tracking of commands, through the drop-in GNUmakefile.

ifneq (,$(analytics.dropin))
ifneq (,$(and $(analytics.mode),$(analytics.makefile),$(wildcard make/track.sh)))
ifeq (,$(analytics.quiet)$(filter analytics-%,$(value MAKECMDGOALS)))
analytics.tracked := 1
override SHELL := /bin/sh
override .SHELLFLAGS := -c
export ONRAMP_ANALYTICS_GOALS := $(value MAKECMDGOALS)
# What a shell would not hand on as it was: names that are not names for it, and what it sets itself.
analytics.names := $(foreach name,$(.VARIABLES),$(if $(findstring environment,$(origin $(name))),$(name)))
analytics.odd := $(strip $(foreach mark,% . - / : + @ ( ),$(findstring $(mark),$(analytics.names))) \
  $(filter OPTIND PS4 MAKE_TERMOUT MAKE_TERMERR,$(analytics.names)) \
  $(if $(findstring |$(value PWD)|,|$(CURDIR)|),,PWD))
# With -Orecurse, this make would hold back all that the real one says. make 4.0 to 4.3 do not tell
# a makefile about -O, so it is turned off here; the real make gets the flags that were given.
ifneq (,$(and $(filter 4.0 4.1 4.2% 4.3%,$(MAKE_VERSION)),$(wildcard /proc/self/cmdline)))
MAKEFLAGS := -Onone
endif
.SUFFIXES:
.NOTPARALLEL:

# The real make runs while this make looks for included makefiles to remake: there, and only there,
# GNU make takes a failed recipe without a word, goes on, and is, towards signals, nothing but the
# parent of the real make (track.sh replaces itself with it). `.succeeded` is remade only if `.run`
# was. Then the goals are looked at: they do nothing, or tell the failure, once. /bin/sh is called by
# its path, as make itself does: there need not be one in PATH.
-include .onramp-analytics/.succeeded
.onramp-analytics/.run: ; @+/bin/sh make/track.sh run $(call analytics.quote,$(MAKE_COMMAND)) '$(analytics.odd)' $(call analytics.quote,$(value SHLVL)) '$(analytics.local)'
.onramp-analytics/.succeeded: .onramp-analytics/.run
	$(eval analytics.told := 1)@/bin/sh make/track.sh end 0 $(analytics.settings)
analytics.told :=
analytics.tell-once = $(if $(analytics.told),:,$(eval analytics.told := 1)/bin/sh make/track.sh end 2 $(analytics.settings))

.DEFAULT_GOAL := default
.PHONY: default onramp-analytics.always
default: ; @$(analytics.tell-once)
%:: onramp-analytics.always ; @$(analytics.tell-once)
onramp-analytics.always: ;
endif
endif
# make must not look for a way to remake these.
GNUmakefile make/analytics.mk make/analytics.settings.mk: ;
endif

endif
