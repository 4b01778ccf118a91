#!/usr/bin/env bash
# What every role's script may use: messages, failure with the journal, bounded waiting, ports, accounts.

# A line for the person who runs the update.
say() { printf '%s on %s: %s\n' "$ROLE_NAME" "$(hostname)" "$*"; }

# Ends the role with its name, the host and the last lines of its units' journal.
fail() {
  local unit
  {
    printf 'role %s failed on host %s: %s\n' "$ROLE_NAME" "$(hostname)" "$*"
    for unit in ${ROLE_UNITS:-}; do
      printf -- '--- last lines of the journal of %s\n' "$unit"
      journalctl --no-pager --output=cat --lines=20 --unit="$unit" 2>/dev/null || true
    done
  } >&2
  trap - ERR
  exit 1
}
trap 'fail "\"$BASH_COMMAND\" ended with exit code $?"' ERR

# Remembers why a probe said no, for the message of whoever gave up waiting.
because() {
  # shellcheck disable=SC2034 # read by entry.sh
  LAST_REASON=$*
  return 1
}

# wait_until SECONDS COMMAND…: repeats the command every 200 ms until it succeeds.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# port_open PORT [ADDRESS]: something listens there.
port_open() { (exec 3<>"/dev/tcp/${2:-$(hostname)}/$1") 2>/dev/null; }

# account USER [GROUP…]: a system account without a shell or a home, member of the groups.
account() {
  local user=$1 group
  shift
  for group in "$@"; do getent group "$group" >/dev/null || groupadd --system "$group"; done
  id -u "$user" >/dev/null 2>&1 || useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin --user-group "$user"
  for group in "$@"; do id -nG "$user" | grep -qw "$group" || usermod --append --groups "$group" "$user"; done
}

# folder PATH OWNER [MODE]: made or corrected, not recursively.
folder() { install -d -o "$2" -g "$2" -m "${3:-0755}" "$1"; }
