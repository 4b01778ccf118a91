#!/usr/bin/env bash
# An HBase master.

# shellcheck source=scripts/roles/lib/storage.sh
source "${here:?}/storage.sh"

role_accounts() { storage_accounts; }
role_start() { guarded_start; }
role_guard() { :; }

role_prepare() {
  await_zookeeper
  await_name_node
}

role_probe() {
  local state
  unit_and_ports || return 1
  state=$(master_state "$MEMBER") || because "it does not answer questions about itself (JMX)" || return 1
  [[ $state != starting ]] || because "it is the active master and has not finished its start: regions of the system are not all open"
}

# Active, or standing by beside one that is; and the active one has servers.
role_rejoined() {
  local host servers
  role_probe || return 1
  host=$(active_master) || because "no master of $MASTERS is active" || return 1
  servers=$(jmx "$host" 16010 'Hadoop:service=HBase,name=Master,sub=Server' '.numRegionServers') || servers=0
  ((servers > 0)) || because "the active master on $host has no region server"
}
