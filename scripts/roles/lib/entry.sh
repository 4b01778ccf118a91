#!/usr/bin/env bash
# Runs on a host: what a role document hands over to, and what `platform-role` calls later.
#
#   entry.sh STAGE VERB [ARGUMENT]
#
# STAGE is a staged role: scripts/, files/, settings, manifest. Verbs:
#   apply   make the host carry this version; a running stateful member only stages it and waits for its turn
#   roll    a stateful member's turn: take the staged version into use, then wait until it has rejoined
#   pause   graceful, bounded stop; touches no data; succeeds where there is nothing to stop
#   ready   wait until the whole group is ready; the argument is the number of members that must serve
#   probe   exit 0 when the role is healthy; otherwise one line says what is wrong
#
# A role's own script, scripts/<role>/role.sh, defines the functions that differ:
#   role_install   accounts, folders; runs before each start with a new version (files are in place already)
#   role_start     default: enable the units and start them without waiting for them to be ready
#   role_stop      default: stop the units
#   role_probe     default: the units are active and the ports listen
#   role_rejoined  exit 0 when the member is back in its group and holds its share; default: role_probe
#   role_ready N   exit 0 when the group has N serving members; default: role_rejoined
set -Eeuo pipefail
umask 022

stage=$1
verb=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
roles=/var/lib/opentsdb-platform/roles

set -a
# shellcheck source=/dev/null
source "$stage/settings"
set +a
ROLE_HASH=$(basename "$stage")
ROLE_DIR=$roles/$ROLE_NAME
export ROLE_HASH ROLE_DIR

# shellcheck source=scripts/roles/lib/host.sh
source "$here/host.sh"
# shellcheck source=scripts/roles/lib/defaults.sh
source "$here/defaults.sh"
# shellcheck source=/dev/null
source "$stage/scripts/$ROLE_NAME/role.sh"

active_hash() { if [[ -L $ROLE_DIR/active ]]; then basename "$(readlink "$ROLE_DIR/active")"; fi; }

# Puts the staged files in place. Files of the version before that the new one no longer has are removed.
place_files() {
  local mode owner path old=$ROLE_DIR/active/manifest
  if [[ -e $old ]]; then
    while read -r mode owner path; do
      grep -qF " $path" "$stage/manifest" || rm -f "$path"
    done <"$old"
  fi
  while read -r mode owner path; do
    mkdir -p "$(dirname "$path")"
    install -m "$mode" -o "${owner%%:*}" -g "${owner##*:}" "$stage/files$path" "$path.new"
    mv -f "$path.new" "$path"
  done <"$stage/manifest"
  if [[ -n ${ROLE_UNITS:-} ]]; then systemctl daemon-reload; fi
}

activate() {
  local mount
  for mount in ${ROLE_MOUNTS:-}; do
    mountpoint -q "$mount" || fail "$mount is not mounted; the role's data belongs on its volume, so nothing was started"
  done
  role_accounts
  place_files
  role_install
  ln -sfn "$stage" "$ROLE_DIR/active.new"
  mv -fT "$ROLE_DIR/active.new" "$ROLE_DIR/active"
  role_start
  remove_old_stages
}

# The active version stays, and the one before it, so that a person can compare.
remove_old_stages() {
  local old
  while IFS= read -r old; do
    [[ $old == "$stage" ]] || rm -rf "$old"
  done < <(find "$ROLE_DIR" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +3 | cut -d' ' -f2-)
}

case $verb in
  apply)
    if [[ $(active_hash) == "$ROLE_HASH" ]]; then
      units_running || role_start
    elif [[ $ROLE_STATEFUL == true && -n $(active_hash) ]] && units_running; then
      say "staged; takes effect when its turn in the rolling order comes"
    else
      if [[ -n $(active_hash) ]]; then role_stop; fi
      activate
    fi
    ;;
  roll)
    if [[ $(active_hash) != "$ROLE_HASH" ]]; then
      role_stop
      activate
    fi
    wait_until "${ROLE_REJOIN_SECONDS:-180}" role_rejoined || fail "did not rejoin its group within ${ROLE_REJOIN_SECONDS:-180} s: ${LAST_REASON:-no reason given}"
    ;;
  ready)
    wait_until "${ROLE_READY_SECONDS:-300}" role_ready "${3:-1}" || fail "the group was not ready within ${ROLE_READY_SECONDS:-300} s: ${LAST_REASON:-no reason given}"
    ;;
  pause) role_stop ;;
  probe)
    role_probe || {
      printf '%s\n' "${LAST_REASON:-unhealthy}"
      exit 1
    }
    ;;
  *) fail "unknown verb \"$verb\"; apply, roll, ready, pause and probe are known" ;;
esac
