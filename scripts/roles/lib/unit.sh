#!/usr/bin/env bash
# Runs from a role's systemd unit, as root, on the host:
#
#   unit.sh ROLE guard     ExecCondition: does the role's data allow a start?
#   unit.sh ROLE prepare   ExecStartPre: wait for what the role needs, form what may be formed
#
# The role's own script defines role_guard and role_prepare. Standard error is the unit's journal.
set -Eeuo pipefail
umask 022

role=$1
verb=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROLE_DIR=/var/lib/opentsdb-platform/roles/$role
export ROLE_DIR

set -a
# shellcheck source=/dev/null
source "$ROLE_DIR/active/settings"
set +a
# shellcheck source=scripts/roles/lib/host.sh
source "$here/host.sh"
# shellcheck source=scripts/roles/lib/defaults.sh
source "$here/defaults.sh"

# The journal is where this goes, so it does not repeat the journal.
fail() {
  trap - ERR
  printf 'role %s on host %s: %s\n' "$role" "$(hostname)" "$*" >&2
  exit 1
}

# shellcheck source=/dev/null
source "$here/../$role/role.sh"

case $verb in
  guard)
    # shellcheck disable=SC2034 # read by the role's guard
    GUARD_SECONDS=120
    role_guard || fail "${LAST_REASON:-its data does not allow a start}"
    ;;
  prepare) role_prepare ;;
  *) fail "unknown verb \"$verb\"; guard and prepare are known" ;;
esac
