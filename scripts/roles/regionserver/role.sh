#!/usr/bin/env bash
# An HBase region server.

# shellcheck source=scripts/roles/lib/storage.sh
source "${here:?}/storage.sh"

role_accounts() { storage_accounts; }

leaving() { [[ $LEAVING == yes ]]; }

# A host that leaves for good keeps its region server stopped, whatever restarts the host.
role_start() {
  if leaving; then
    systemctl disable --quiet "$ROLE_UNITS" 2>/dev/null || true
    say "it leaves the cluster (opentsdb:leaving); its region server stays stopped"
  else
    guarded_start
  fi
}

role_guard() {
  ! leaving || because "this host leaves the cluster (opentsdb:leaving), so its region server is not started"
}

role_prepare() {
  await_zookeeper
  await_name_node
}

# master_facts: one line `SERVERS AVERAGE_LOAD LISTED`, of the active master; LISTED says whether it knows this server.
master_facts() {
  local host
  host=$(active_master) || return 1
  jmx "$host" 16010 'Hadoop:service=HBase,name=Master,sub=Server' \
    "\"\\(.numRegionServers) \\(.averageLoad | floor) \\(.[\"tag.liveRegionServers\"] | split(\";\") | any(startswith(\"$MEMBER,\")))\""
}

tables() {
  HBASE_HOME=$SOFTWARE_HBASE HBASE_CONF_DIR=/etc/regionserver/client timeout "$1" "$SOFTWARE_TOOLS/bin/tsdb-tables" "${@:2}"
}

# Its regions go to the others first, where there are any: clients then wait for milliseconds and not for recovery.
# A shutdown of the whole machine does not come by here; the unit's own stop closes the regions.
role_stop() {
  local servers
  if systemctl is-active --quiet "$ROLE_UNITS" && read -r servers _ < <(master_facts) && ((servers > 1)); then
    tables 45 unload --server "$MEMBER" >/dev/null || say "not all regions moved off within 45 s; it stops with the rest"
  fi
  systemctl stop "$ROLE_UNITS" 2>/dev/null || true
}

role_probe() {
  if leaving; then
    ! systemctl is-active --quiet "$ROLE_UNITS" || because "it is to leave, and still runs"
    return
  fi
  unit_and_ports || return 1
  region_count >/dev/null || because "it does not answer questions about itself (JMX)"
}

region_count() { jmx "$MEMBER" 16030 'Hadoop:service=HBase,name=RegionServer,sub=Server' '.regionCount'; }

# Live at the master, and with at least half of an even share of the regions.
role_rejoined() {
  local average listed regions
  role_probe || return 1
  ! leaving || return 0
  read -r _ average listed < <(master_facts) || because "no master of $MASTERS is active" || return 1
  [[ $listed == true ]] || because "the master does not list it as live" || return 1
  regions=$(region_count) || because "it does not answer questions about itself (JMX)" || return 1
  ((regions * 2 < average)) || return 0
  tables 120 load --server "$MEMBER" >/dev/null || because "it holds $regions regions of $average that an even share is" || return 1
}

# So many servers are live at a master that has finished its start.
role_ready() {
  local servers
  read -r servers _ < <(master_facts) || because "no master of $MASTERS has finished its start" || return 1
  ((servers >= $1)) || because "$servers of $1 region servers are live at the active master"
}
