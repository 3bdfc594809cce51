#!/bin/sh
# onramp-analytics: what make/analytics.mk has the shell do. POSIX sh, whatever /bin/sh is.
#
#   track.sh run MAKE             note the time, then become the real make
#   track.sh end STATUS SETTINGS  note the time and the status, start the shim, exit with STATUS
#   track.sh event LINE SETTINGS  report an event of a recipe, start the shim
#   track.sh tell SETTINGS …      a person's command, with a word about Node when it is missing
#
# SETTINGS are four words: env files, and the folders of services, overrides and scaffolds.

record=.onramp-analytics
here=${0%/*}
shim=$here/../bin/onramp-analytics
newline='
'

# --- run: the real make gets the words, the flags and the environment that this make got.

# The value of a variable in the environment that the parent make was started with. GNU make
# changes MAKEFLAGS and GNUMAKEFLAGS for its recipes, so the shell's own copies will not do.
initial() {
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    *MAKEFLAGS=*)
      tr '\0\n' '\n\1' <"/proc/$PPID/environ" | sed -n "s/^$1=//p"
      return
      ;;
    esac
  done <"/proc/$PPID/environ"
}

# Puts the parent's words in $words, one to a line; a newline inside of a word is a \001. What make
# has done already, going to a folder and saying so, is left out.
parent_words() {
  words= is_command=1 is_folder= is_goal=
  IFS=$newline
  for word in $(tr '\0\n' '\n\1' <"/proc/$PPID/cmdline"); do
    if [ -n "$is_command$is_folder" ]; then
      is_command= is_folder=
      continue
    fi
    if [ -z "$is_goal" ]; then
      case $word in
      --) is_goal=1 ;;
      -w | --print-di*) continue ;;
      -C | --di*)
        case $word in *=*) ;; *) is_folder=1 ;; esac
        continue
        ;;
      -C*) continue ;;
      -[!-]*)
        flags=${word#-}
        case ${flags%C} in
        *[!BbeikLmnqRrSstvw]*) ;;
        *)
          case $flags in *C) is_folder=1 flags=${flags%C} ;; esac
          while :; do
            case $flags in *w*) flags=${flags%%w*}${flags#*w} ;; *) break ;; esac
          done
          [ -n "$flags" ] || continue
          word=-$flags
          ;;
        esac
        ;;
      esac
    fi
    words=$words$word$newline
  done
}

# Makes $whole of $1 by turning every \001 back into a newline.
restore() {
  whole=$1
  mark=$(printf '\001')
  while :; do
    case $whole in *"$mark"*) whole=${whole%%"$mark"*}$newline${whole#*"$mark"} ;; *) return ;; esac
  done
}

run() {
  make=$1
  goals=$ONRAMP_ANALYTICS_GOALS
  unset ONRAMP_ANALYTICS_GOALS
  if command -v node >/dev/null 2>&1; then
    [ -d "$record/runs" ] || mkdir -p "$record/runs" 2>/dev/null
    [ ! -e "$record/runs/$PPID.end" ] || rm -f "$record/runs/$PPID.end" 2>/dev/null
    { printf '%s\n' "$goals" >"$record/runs/$PPID.start"; } 2>/dev/null
  fi
  set -f
  set -- $goals
  line=
  [ ! -r "/proc/$PPID/cmdline" ] || IFS= read -r line <"/proc/$PPID/cmdline"
  if [ -n "$line" ]; then
    # `read` drops the zero bytes between words. Equal means: nothing but goals. Otherwise there are
    # flags, variables, or words with spaces, and the exact words are worth a process.
    IFS=
    if [ "$line" != "$make$*" ]; then
      parent_words
      IFS=$newline
      set -- $words
      case $words in
      *"$(printf '\001')"*)
        for word; do
          shift
          restore "$word"
          set -- "$@" "$whole"
        done
        ;;
      esac
    fi
    before=$(initial MAKEFLAGS)
    case $before in
    *--jobserver*) ;;
    *)
      # This make's own job server: the real one makes its own.
      fds=${MAKEFLAGS##*--jobserver-}
      fds=${fds#auth=} fds=${fds#fds=} fds=${fds%% *}
      case $fds in [3-9],[3-9]) eval "exec ${fds%,*}>&- ${fds#*,}>&-" ;; esac
      ;;
    esac
    unset MAKEFLAGS GNUMAKEFLAGS
    if [ -n "$before" ]; then
      MAKEFLAGS=$before
      export MAKEFLAGS
    fi
    before=$(initial GNUMAKEFLAGS)
    if [ -n "$before" ]; then
      GNUMAKEFLAGS=$before
      export GNUMAKEFLAGS
    fi
  fi
  unset MAKELEVEL MFLAGS MAKE_TERMOUT MAKE_TERMERR
  ONRAMP_ANALYTICS_INNER=1
  export ONRAMP_ANALYTICS_INNER
  exec "$make" "$@"
}

# --- end, event: the shim does the rest, without this terminal and without these pipes.

settings() {
  ONRAMP_ANALYTICS_ENV_FILES=$1 ONRAMP_ANALYTICS_SERVICES=$2
  ONRAMP_ANALYTICS_OVERRIDES=$3 ONRAMP_ANALYTICS_SCAFFOLDS=$4
  export ONRAMP_ANALYTICS_ENV_FILES ONRAMP_ANALYTICS_SERVICES
  export ONRAMP_ANALYTICS_OVERRIDES ONRAMP_ANALYTICS_SCAFFOLDS
}

is_set() {
  case $1 in '' | 0 | false | False | FALSE) return 1 ;; esac
}

# Whether the one-time notice is still owed: the environment alone turned this on.
owes_notice() {
  case ${ONRAMP_ANALYTICS_ENABLED-} in '' | [Ll]*) return 1 ;; esac
  { while IFS= read -r line || [ -n "$line" ]; do
    case $line in ANALYTICS_NOTICE_SHOWN=1*) return 1 ;; esac
  done <onramp.lock; } 2>/dev/null
  return 0
}

collect() {
  command -v node >/dev/null 2>&1 || return 0
  unset MAKELEVEL MAKEFLAGS MFLAGS NODE_OPTIONS NODE_CHANNEL_FD
  if owes_notice; then
    node "$shim" collect </dev/null >/dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || :
  elif is_set "${CI-}" || [ "${ONRAMP_ANALYTICS_SYNC-}" = 1 ]; then
    node "$shim" collect </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || :
  else
    alone=
    if command -v setsid >/dev/null 2>&1; then
      alone=setsid
    elif command -v perl >/dev/null 2>&1; then
      alone='perl -e setpgrp(0,0);exec(@ARGV)'
    fi
    IFS=' '
    $alone node "$shim" collect </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  fi
}

end() {
  status=$1
  shift
  if [ -e "$record/runs/$PPID.start" ]; then
    { printf '%s\n' "$status" >"$record/runs/$PPID.end"; } 2>/dev/null
  fi
  settings "$@"
  ONRAMP_ANALYTICS_STATUS=$status
  export ONRAMP_ANALYTICS_STATUS
  collect
  exit "$status"
}

event() {
  cd "$here/.." 2>/dev/null || exit 0
  { printf '%s\n' "$1" >>"$record/inbox"; } 2>/dev/null
  shift
  settings "$@"
  shim=bin/onramp-analytics
  collect
}

# --- tell: a person's command.

tell() {
  settings "$@"
  shift 4
  needs='onramp-analytics needs Node.js 20.20 or newer'
  if ! command -v node >/dev/null 2>&1; then
    echo "$needs, and there is no \`node\` in PATH. Your make commands work without it." >&2
    exit 1
  fi
  if ! node -e 'var v=process.versions.node.split(".");process.exit(v[0]>20||v[0]==20&&v[1]>=20?0:1)'; then
    echo "$needs; this is $(node --version). Your make commands work without it." >&2
    exit 1
  fi
  exec node "$shim" "$@"
}

mode=$1
shift
"$mode" "$@"
