#!/usr/bin/env bash
# The metrics agent of this host. It may start long before the cluster serves; it keeps what it could not send.

role_accounts() { account telegraf; }

# The program must be able to read its settings before a running agent is given up for them.
check_config() {
  local message
  message=$("$SOFTWARE_TELEGRAF/bin/telegraf" config check --strict-env-handling --config "$1" 2>&1) ||
    fail "its configuration is wrong, so the agent was left as it was: $(tail -n 3 <<<"$message")"
}

role_stop() {
  if [[ ${verb:-} == apply ]]; then check_config "${stage:?}/files$COLLECTOR_CONFIG"; fi
  systemctl stop collector.service 2>/dev/null || true
}

role_install() { check_config "$COLLECTOR_CONFIG"; }

# What the agent collects is seen in the cluster; here only whether it runs. An unreachable cluster is not its fault.
role_probe() {
  local state
  state=$(systemctl show --property=ActiveState --value collector.service)
  [[ $state == active ]] || because "collector.service is $state" || return 1
}
