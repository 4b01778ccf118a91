#!/usr/bin/env bash
# What a role does unless its own script says otherwise.

units_running() {
  local unit state
  for unit in ${ROLE_UNITS:-}; do
    state=$(systemctl show --property=ActiveState --property=Job "$unit")
    # "activating" counts: a unit may wait for what it needs. So does one whose start is queued behind another unit's:
    # systemd calls it inactive, with a job.
    [[ $state =~ ActiveState=(active|activating|reloading) || $state =~ Job=[1-9] ]] || return 1
  done
}

# Accounts that own the role's files; runs before the files are put in place.
role_accounts() { :; }

role_install() { :; }

role_start() {
  [[ -n ${ROLE_UNITS:-} ]] || return 0
  # shellcheck disable=SC2086 # a list of units
  systemctl enable --quiet $ROLE_UNITS
  # shellcheck disable=SC2086
  systemctl reset-failed $ROLE_UNITS 2>/dev/null || true
  # shellcheck disable=SC2086
  systemctl start --no-block $ROLE_UNITS
}

role_stop() {
  local unit
  for unit in ${ROLE_UNITS:-}; do
    systemctl stop "$unit" 2>/dev/null || true
  done
}

role_probe() {
  local unit port
  for unit in ${ROLE_UNITS:-}; do
    systemctl is-active --quiet "$unit" || because "unit $unit is $(systemctl show --property=ActiveState --value "$unit")" || return 1
  done
  for port in ${ROLE_PORTS:-}; do
    port_open "$port" || because "port $port does not answer" || return 1
  done
}

role_rejoined() { role_probe; }

role_ready() { role_rejoined; }
