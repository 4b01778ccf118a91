#!/usr/bin/env bash
# An HDFS data node.

# shellcheck source=scripts/roles/lib/storage.sh
source "${here:?}/storage.sh"

role_accounts() { storage_accounts; }
role_install() { own_folder /data/datanode/blocks hdfs; }

role_start() {
  warn_of_lost_blocks
  guarded_start
}

# A volume that comes back empty costs one copy of each of its blocks. Where others lack copies too, the next volume
# that is emptied may hold the last one: the person who runs the update must hear of it.
warn_of_lost_blocks() {
  local host under missing
  [[ $(data_state datanode) == empty ]] && ! permit_held datanode "$PLATFORM_ENVIRONMENT" || return 0
  say "its volume is empty; it joins empty, and HDFS copies to it what it should hold"
  host=$(active_name_node) && read -r _ _ _ under missing < <(name_node_facts "$host") || return 0
  ((under + missing == 0)) || say "WARNING: $under blocks lack a copy and $missing have none. Empty no other data volume, and let no other data host leave, before the name node on $host counts none (UnderReplicatedBlocks, MissingBlocks)"
}

# An emptied data node may join: HDFS copies to it what it should hold, and refuses one of another cluster itself.
role_guard() { :; }

role_prepare() {
  own_folder /data/datanode/blocks hdfs
  if [[ $(data_state datanode) == empty ]] && ! permit_held datanode "$PLATFORM_ENVIRONMENT"; then
    printf 'its blocks are gone; it joins empty, and HDFS copies to it what it should hold\n'
  fi
  permit_used datanode
  await_name_node
}

# Blocks that lacked a copy before this member went are not waited for when it comes back.
role_stop() {
  { under_replicated || printf '0\n'; } >"$ROLE_DIR/under-replicated"
  systemctl stop "$ROLE_UNITS" 2>/dev/null || true
}

under_replicated() {
  local host under
  host=$(active_name_node) || return 1
  read -r _ _ _ under _ < <(name_node_facts "$host") || return 1
  printf '%s\n' "$under"
}

# Whether it talks to the active name node: its own word for it.
registered() {
  jmx "$MEMBER" 9864 'Hadoop:service=DataNode,name=DataNodeInfo' \
    '.BPServiceActorInfo | fromjson | map(select(.ActorState == "RUNNING" and (.LastHeartbeat | tonumber) < 10)) | length | select(. > 0)' >/dev/null
}

role_probe() {
  unit_and_ports || return 1
  registered || because "no name node takes its heartbeats"
}

role_rejoined() {
  local host under missing before=0
  role_probe || return 1
  host=$(active_name_node) || because "no name node is active" || return 1
  jmx "$host" 9870 'Hadoop:service=NameNode,name=NameNodeInfo' \
    ".LiveNodes | fromjson | keys[] | select(startswith(\"$MEMBER:\") or . == \"$MEMBER\")" >/dev/null ||
    because "the name node on $host does not list it as live" || return 1
  read -r _ _ _ under missing < <(name_node_facts "$host") || because "the name node on $host does not answer" || return 1
  if [[ -e $ROLE_DIR/under-replicated ]]; then before=$(<"$ROLE_DIR/under-replicated"); fi
  ((missing == 0)) || because "$missing blocks have no copy" || return 1
  ((under > before)) || return 0
  no_more_copying "$under" || because "$under blocks lack a copy, before it went $before did"
}

# With as many data nodes as copies, HDFS keeps a broken copy of a log until the log itself goes, and counts it as
# lacking one: no copying would help, so a count that has stood still for 15 s is not waited for.
no_more_copying() {
  [[ $SPARE_DATA_HOSTS == no ]] || return 1
  if [[ $1 != "${UNDER_SEEN:-}" ]]; then
    UNDER_SEEN=$1
    UNDER_SINCE=$SECONDS
  fi
  ((SECONDS - UNDER_SINCE >= 15))
}

# Out of safe mode, with so many live data nodes.
role_ready() {
  local host mode live
  host=$(active_name_node) || because "no name node is active" || return 1
  read -r _ mode live _ < <(name_node_facts "$host") || because "the name node on $host does not answer" || return 1
  [[ $mode == Operational ]] || because "the name node on $host is in safe mode" || return 1
  ((live >= $1)) || because "the name node on $host has $live of $1 data nodes"
}
