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
  case $state in
    starting) because "it is the active master and has not finished its start: regions of the system are not all open" || return 1 ;;
    standby) active_master >/dev/null || because "it stands by, and no master of $MASTERS has finished its start as the active one" || return 1 ;;
  esac
}

# Active, or standing by beside one that is; and the active one has servers.
role_rejoined() {
  local host servers
  role_probe || return 1
  host=$(active_master) || because "no master of $MASTERS is active" || return 1
  servers=$(jmx "$host" 16010 'Hadoop:service=HBase,name=Master,sub=Server' '.numRegionServers') || servers=0
  ((servers > 0)) || because "the active master on $host has no region server"
}

# One master has finished its start, and so many serve or stand by.
role_ready() {
  local host state count=0 waiting=
  active_master >/dev/null || because "no master of $MASTERS has finished its start as the active one" || return 1
  for host in $MASTERS; do
    state=$(master_state "$host") || state="without an answer"
    case $state in
      active | standby) count=$((count + 1)) ;;
      *) waiting+=" $host ($state)" ;;
    esac
  done
  ((count >= $1)) || because "$count of $1 masters serve or stand by; not yet:$waiting"
}
