#!/bin/sh
# onramp-analytics: what make/analytics.mk has the shell do. POSIX sh, whatever /bin/sh is.
#
#   track.sh run MAKE ODD SHLVL LOCAL
#                                 note the time, then become the real make; ODD, if not empty: in the
#                                 environment is what only `env` hands on; LOCAL: never to be sent
#   track.sh end STATUS SETTINGS  note the time and the status, start the shim, exit with STATUS
#   track.sh event LINE SETTINGS  report an event of a recipe, start the shim
#   track.sh tell SETTINGS …      a person's command, with a word about Node when it is missing
#
# SETTINGS are four words: env files, and the folders of services, overrides and scaffolds.

# Until the real make runs, every variable here begins with an underscore: one that the caller has
# exported under the same name would be handed on with another value.

_record=.onramp-analytics
_here=${0%/*}
_shim=$_here/../bin/onramp-analytics
_newline='
'

is_set() {
  case $1 in '' | 0 | false | False | FALSE) return 1 ;; esac
}

# --- run: the real make gets the words, the flags and the environment that this make got.

# What the parent make was started with, from /proc: a line for each word or variable, a \001 for each
# newline inside of one. The caller's PATH need not have tr.
parent() {
  PATH=${PATH-}:/usr/bin:/bin tr '\0\n' '\n\1' <"/proc/$PPID/$1"
}

# The value of a variable in the environment that the parent make was started with. GNU make
# changes MAKEFLAGS and GNUMAKEFLAGS for its recipes, so the shell's own copies will not do.
initial() {
  while IFS= read -r _line || [ -n "$_line" ]; do
    case $_line in
    *MAKEFLAGS=*)
      parent environ | PATH=${PATH-}:/usr/bin:/bin sed -n "s/^$1=//p"
      return
      ;;
    esac
  done <"/proc/$PPID/environ"
}

# Puts the parent's words in $_words, one to a line. What make has done already, going to a folder and
# saying so, is left out. $_assigns: there is a VAR=value, which make has put into the environment.
parent_words() {
  _words= _is_command=1 _is_folder= _is_goal=
  IFS=$_newline
  for _word in $(parent cmdline); do
    if [ -n "$_is_command$_is_folder" ]; then
      _is_command= _is_folder=
      continue
    fi
    if [ -z "$_is_goal" ]; then
      case $_word in
      --) _is_goal=1 ;;
      -w | --print-di*) continue ;;
      -C | --di*)
        case $_word in *=*) ;; *) _is_folder=1 ;; esac
        continue
        ;;
      -C*) continue ;;
      -[!-]*)
        _flags=${_word#-}
        case ${_flags%C} in
        *[!BbeikLmnqRrSstvw]*) ;;
        *)
          case $_flags in *C) _is_folder=1 _flags=${_flags%C} ;; esac
          while :; do
            case $_flags in *w*) _flags=${_flags%%w*}${_flags#*w} ;; *) break ;; esac
          done
          [ -n "$_flags" ] || continue
          _word=-$_flags
          ;;
        esac
        ;;
      esac
    fi
    case $_word in -*) ;; *=*) _assigns=1 ;; esac
    _words=$_words$_word$_newline
  done
}

# Makes $_whole of $1 by turning every \001 back into a newline.
restore() {
  _whole=$1
  while :; do
    case $_whole in
    *"$_mark"*) _whole=${_whole%%"$_mark"*}$_newline${_whole#*"$_mark"} ;;
    *) return ;;
    esac
  done
}

# Becomes a command, in the parent's very environment. make exports the variables of its command
# line, and a shell loses names that it cannot have itself; `env` does neither.
exec_as_parent() {
  _mark=$(printf '\001')
  IFS=$_newline
  for _entry in $(parent environ); do
    case $_entry in *=*) ;; *) continue ;; esac
    restore "$_entry"
    set -- "$_whole" "$@"
  done
  exec env -i -- "$@"
}

run() {
  _make=$1 _odd=$2 _assigns=
  # busybox counts SHLVL up and leaves it so; bash counts it down again when it becomes make.
  if [ -n "${BASH_VERSION-}" ]; then :; elif [ -n "$3" ]; then SHLVL=$3; else unset SHLVL; fi
  _goals=$ONRAMP_ANALYTICS_GOALS
  unset ONRAMP_ANALYTICS_GOALS
  if command -v node >/dev/null 2>&1; then
    [ -d "$_record/runs" ] || mkdir -p "$_record/runs" 2>/dev/null
    [ ! -e "$_record/runs/$PPID.end" ] || rm -f "$_record/runs/$PPID.end" 2>/dev/null
    _notes=$4
    ! is_set "${CI-}" || _notes="$_notes ci"
    { printf '%s\n' "$_notes" "$_goals" >"$_record/runs/$PPID.start"; } 2>/dev/null
  fi
  set -f
  unset IFS
  set -- $_goals
  _line=
  [ ! -r "/proc/$PPID/cmdline" ] || IFS= read -r _line <"/proc/$PPID/cmdline"
  if [ -n "$_line" ]; then
    # `read` drops the zero bytes between words. Equal means: nothing but goals. Otherwise there are
    # flags, variables, or words with spaces, and the exact words are worth a process.
    IFS=
    if [ "$_line" != "$_make$*" ]; then
      parent_words
      IFS=$_newline
      [ -n "$_is_command" ] || set -- $_words # Not if there was nothing to read them with.
      _mark=$(printf '\001')
      case $_words in
      *"$_mark"*)
        for _word; do
          shift
          restore "$_word"
          set -- "$@" "$_whole"
        done
        ;;
      esac
    fi
    _before=$(initial MAKEFLAGS)
    case $_before in
    *--jobserver*) ;;
    *)
      # This make's own job server: the real one makes its own.
      _fds=${MAKEFLAGS##*--jobserver-}
      _fds=${_fds#auth=} _fds=${_fds#fds=} _fds=${_fds%% *}
      case $_fds in [3-9],[3-9]) eval "exec ${_fds%,*}>&- ${_fds#*,}>&-" ;; esac
      ;;
    esac
    if [ -n "$_odd$_assigns" ] && command -v env >/dev/null 2>&1; then
      exec_as_parent ONRAMP_ANALYTICS_INNER=1 "$_make" "$@"
    fi
    unset MAKEFLAGS GNUMAKEFLAGS
    if [ -n "$_before" ]; then
      MAKEFLAGS=$_before
      export MAKEFLAGS
    fi
    _before=$(initial GNUMAKEFLAGS)
    if [ -n "$_before" ]; then
      GNUMAKEFLAGS=$_before
      export GNUMAKEFLAGS
    fi
  fi
  unset IFS MAKELEVEL MFLAGS MAKE_TERMOUT MAKE_TERMERR
  ONRAMP_ANALYTICS_INNER=1
  export ONRAMP_ANALYTICS_INNER
  exec "$_make" "$@"
}

# --- end, event: the shim does the rest, without this terminal and without these pipes.

settings() {
  ONRAMP_ANALYTICS_ENV_FILES=$1 ONRAMP_ANALYTICS_SERVICES=$2
  ONRAMP_ANALYTICS_OVERRIDES=$3 ONRAMP_ANALYTICS_SCAFFOLDS=$4
  export ONRAMP_ANALYTICS_ENV_FILES ONRAMP_ANALYTICS_SERVICES
  export ONRAMP_ANALYTICS_OVERRIDES ONRAMP_ANALYTICS_SCAFFOLDS
}

# Whether the one-time notice is still owed: the environment alone turned this on. And whether it can
# be remembered that it was shown.
owes_notice() {
  case ${ONRAMP_ANALYTICS_ENABLED-} in '' | [Ll]*) return 1 ;; esac
  [ -w . ] || return 1
  { while IFS= read -r line || [ -n "$line" ]; do
    case $line in ANALYTICS_NOTICE_SHOWN=1* | ANALYTICS_NOTICE_SHOWN=[\"\']1*) return 1 ;; esac
  done <onramp.lock; } 2>/dev/null
  return 0
}

collect() {
  command -v node >/dev/null 2>&1 || return 0
  unset MAKELEVEL MAKEFLAGS MFLAGS NODE_OPTIONS NODE_CHANNEL_FD
  if owes_notice; then
    node "$_shim" notice </dev/null >/dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || :
  fi
  if is_set "${CI-}" || [ "${ONRAMP_ANALYTICS_SYNC-}" = 1 ]; then
    [ "${ONRAMP_ANALYTICS_DEBUG-}" = 1 ] || exec 2>/dev/null
    node "$_shim" collect </dev/null >/dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || :
  else
    alone=
    if command -v setsid >/dev/null 2>&1; then
      alone=setsid
    elif command -v perl >/dev/null 2>&1; then
      alone='perl -e setpgrp(0,0);exec(@ARGV)'
    fi
    IFS=' '
    $alone node "$_shim" collect </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  fi
}

end() {
  status=$1
  shift
  if [ -e "$_record/runs/$PPID.start" ]; then
    { printf '%s\n' "$status" >"$_record/runs/$PPID.end"; } 2>/dev/null
  fi
  settings "$@"
  ONRAMP_ANALYTICS_STATUS=$status
  export ONRAMP_ANALYTICS_STATUS
  collect
  exit "$status"
}

event() {
  CDPATH= cd "$_here/.." 2>/dev/null || exit 0
  { printf '%s\n' "$1" >>"$_record/inbox"; } 2>/dev/null
  shift
  settings "$@"
  _shim=bin/onramp-analytics
  collect
}

# --- tell: a person's command.

tell() {
  settings "$@"
  shift 4
  if ! command -v node >/dev/null 2>&1; then
    echo 'onramp-analytics needs Node.js 20.20 or newer, and there is no `node` in PATH. Your make commands work without it.' >&2
    exit 1
  fi
  if [ ! -r "$_shim" ]; then
    echo "bin/onramp-analytics is missing. Run \`onramp-analytics init\` again, or get it back from git." >&2
    exit 1
  fi
  unset NODE_OPTIONS # As for tracking: what can be turned on can be turned off.
  exec node "$_shim" "$@"
}

_mode=$1
shift
"$_mode" "$@"
