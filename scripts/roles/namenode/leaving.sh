#!/usr/bin/env bash
# Data hosts that leave the cluster for good. Runs on a name node's host, over SSH:
#
#   leaving.sh exclude "PLANNED…" "LEAVING…"   makes this name node's list of excluded hosts what the plan says
#   leaving.sh await HOST SECONDS              waits until nobody needs HOST: it has no region, and no block that is
#                                              not elsewhere in as many copies as it should be
#
# A host that is not planned any more stays on the list: it must not count as a place for copies when it shows up again.
set -Eeuo pipefail
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../lib" && pwd)
ROLE_DIR=${ROLE_DIR:-/var/lib/opentsdb-platform/roles/namenode}
export ROLE_DIR

set -a
# shellcheck source=/dev/null
source "$ROLE_DIR/active/settings"
set +a
# shellcheck source=scripts/roles/lib/host.sh
source "$here/host.sh"
# shellcheck source=scripts/roles/lib/storage.sh
source "$here/storage.sh"

excluded=${EXCLUDED_HOSTS:-/data/namenode/hosts.exclude}

# wanted_list PLANNED LEAVING: the list that should be, from the one that is on standard input.
wanted_list() {
  local planned=" $1 " host
  {
    while read -r host; do [[ -z $host || $planned == *" $host "* ]] || printf '%s\n' "$host"; done
    for host in $2; do printf '%s\n' "$host"; done
  } | sort -u
}

exclude() {
  local wanted
  touch "$excluded" "$excluded.used"
  wanted=$(wanted_list "$1" "$2" <"$excluded")
  [[ $wanted != "$(<"$excluded.used")" ]] || return 0
  printf '%s\n' "$wanted" | sed '/^$/d' >"$excluded.new"
  mv -f "$excluded.new" "$excluded"
  wait_until 120 answers "$MEMBER" 8020 || fail "the name node on this host did not answer within 120 s, so it has not read $excluded; start it and run the update again"
  refresh_nodes
  # Only now: a refresh that failed is made again by the next update.
  cp "$excluded" "$excluded.used"
  say "hosts that take no more copies: ${wanted//$'\n'/ }"
}

# The administrator's command with the name node's own Java and configuration; each name node keeps its own list.
refresh_nodes() {
  local command
  read -ra command <<<"$NAME_NODE_COMMAND"
  command[-1]=org.apache.hadoop.hdfs.tools.DFSAdmin
  setpriv --reuid hdfs --regid hdfs --init-groups --no-new-privs "${command[@]}" -fs "hdfs://$MEMBER:8020" -refreshNodes >&2 ||
    fail "the name node on $MEMBER did not read $excluded again"
}

# what_is_missing HOST: fails with a reason while the host is needed.
what_is_missing() {
  local host=$1 active master facts
  master=$(active_master) || because "no HBase master of $MASTERS is active" || return 1
  jmx "$master" 16010 'Hadoop:service=HBase,name=Master,sub=Server' \
    ".[\"tag.liveRegionServers\"] | split(\";\") | any(startswith(\"$host,\")) | not | select(.)" >/dev/null ||
    because "the HBase master on $master still lists its region server as live" || return 1
  active=$(active_name_node) || because "no name node of $NAME_NODES is active" || return 1
  facts=$(data_node_state "$active" "$host") || because "the name node on $active does not answer" || return 1
  case $facts in
    "left") ;;
    "dead") dead_is_not_missed "$active" || return 1 ;;
    *) because "$facts" || return 1 ;;
  esac
}

# data_node_state NAME_NODE HOST: `left`, `dead`, or a sentence about what keeps it.
data_node_state() {
  jmx "$1" 9870 'Hadoop:service=NameNode,name=NameNodeInfo' "
    def of(nodes): nodes | fromjson | to_entries | map(select(.key == \"$2\" or (.key | startswith(\"$2:\")))) | .[0].value;
    of(.LiveNodes) as \$live | of(.DeadNodes) as \$dead | of(.DecomNodes) as \$busy |
    if \$live.adminState == \"Decommissioned\" or \$dead.decommissioned == true then \"left\"
    elif \$busy then \"\(\$busy.underReplicatedBlocks) of its blocks lack copies elsewhere (\(\$busy.decommissionOnlyReplicas) have none, \(\$busy.underReplicateInOpenFiles) are being written)\"
    elif \$live then \"the name node on $1 lists it as \(\$live.adminState)\"
    else \"dead\" end"
}

# A data node that is gone already has left when no block misses it.
dead_is_not_missed() {
  local under missing
  read -r _ _ _ under missing < <(name_node_facts "$1") || because "the name node on $1 does not answer" || return 1
  ((under + missing == 0)) || because "its data node is not live, and $under blocks lack copies, $missing have none"
}

# Like wait_until, with a line for the person who waits when the reason changes, at most every 10 s.
await_departure() {
  local host=$1 seconds=$2 deadline=$((SECONDS + $2)) said=0 last=
  until what_is_missing "$host"; do
    if ((SECONDS >= said)) && [[ $LAST_REASON != "$last" ]]; then
      say "$host: $LAST_REASON"
      last=$LAST_REASON
      said=$((SECONDS + 10))
    fi
    ((SECONDS < deadline)) ||
      fail "data host $host has not left within $seconds s: $LAST_REASON. Nothing is lost; the next update goes on waiting, and taking it out of opentsdb:leaving takes it back"
    sleep 1
  done
  say "$host has left: its regions and blocks are elsewhere"
}

case ${1:-} in
  exclude) exclude "$2" "$3" ;;
  await) await_departure "$2" "$3" ;;
  *) fail "unknown verb \"${1:-}\"; exclude and await are known" ;;
esac
