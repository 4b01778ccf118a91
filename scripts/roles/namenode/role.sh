#!/usr/bin/env bash
# An HDFS name node.

# shellcheck source=scripts/roles/lib/storage.sh
source "${here:?}/storage.sh"

role_accounts() { storage_accounts; }
role_install() { prepare_folders; }
role_start() { guarded_start; }

highly_available() { [[ $NAME_NODES == *\ * ]]; }

# Of two, an emptied one copies the other's image; the only one must never come up empty.
role_guard() {
  highly_available && return 0
  guard_data "restore the volume namenode of this host from its snapshot; formatting would lose every file of HDFS"
}

# name_node ARGUMENT…: the name node's own command, as the service's user.
name_node() {
  local command
  read -ra command <<<"$NAME_NODE_COMMAND"
  setpriv --reuid hdfs --regid hdfs --init-groups --no-new-privs "${command[@]}" "$@"
}

# A name node does not start without its list of excluded hosts (leaving.sh).
prepare_folders() {
  own_folder /data/namenode/name hdfs
  highly_available || own_folder /data/namenode/checkpoint hdfs
  [[ -e /data/namenode/hosts.exclude ]] || install -m 0644 /dev/null /data/namenode/hosts.exclude
}

role_prepare() {
  prepare_folders
  if [[ $(data_state namenode) == data ]]; then
    permit_used namenode
  elif permit_held namenode "$PLATFORM_ENVIRONMENT" && [[ ${NAME_NODES%% *} == "$MEMBER" ]]; then
    format
  else
    bootstrap
  fi
  if highly_available; then await_journals "$(((journals / 2) + 1))"; fi
}

format() {
  if highly_available; then await_journals "$journals"; fi
  printf 'formatting HDFS for environment %s\n' "$PLATFORM_ENVIRONMENT"
  name_node -format -nonInteractive -clusterid "CID-$PLATFORM_ENVIRONMENT" || {
    # A format that was broken off must not look like data the next time.
    rm -rf /data/namenode/name/current
    fail "formatting failed; the permit stays and it is tried again"
  }
  permit_used namenode
}

bootstrap() {
  local host other=
  for host in $NAME_NODES; do [[ $host == "$MEMBER" ]] || other=$host; done
  await 600 "the name node on $other, to copy its image" answers "$other" 8020 ||
    fail "$(data_folder namenode) is empty and the name node on $other did not answer within 600 s: start that one first, or restore the volume namenode of this host"
  printf 'copying the image of the name node on %s\n' "$other"
  name_node -bootstrapStandby -nonInteractive || {
    rm -rf /data/namenode/name/current
    fail "copying the image of the name node on $other failed"
  }
  permit_used namenode
}

read -ra journal_hosts <<<"$JOURNAL_NODES"
journals=${#journal_hosts[@]}

journals_answer() {
  local host count=0
  for host in "${journal_hosts[@]}"; do
    if answers "$host" 8485; then count=$((count + 1)); fi
  done
  ((count >= $1))
}

await_journals() {
  await 600 "$1 journal nodes" journals_answer "$1" || fail "fewer than $1 of the journal nodes ($JOURNAL_NODES) answered within 600 s"
}

role_probe() {
  local facts
  unit_and_ports || return 1
  facts=$(name_node_facts "$MEMBER") || because "it does not answer questions about itself (JMX)" || return 1
  case $facts in
    "active Operational "*) ;;
    "standby Operational "*) active_name_node >/dev/null || because "it stands by, and no name node of $NAME_NODES is active" || return 1 ;;
    *\ safeMode\ *) because "it is in safe mode: data nodes have not reported enough blocks" || return 1 ;;
    *) because "its state is $facts" || return 1 ;;
  esac
}

role_rejoined() {
  role_probe || return 1
  active_name_node >/dev/null || because "no name node is active" || return 1
  highly_available || return 0
  systemctl is-active --quiet zkfc.service || because "the failover controller beside it does not run" || return 1
  caught_up || because "it has not caught up with the edits of the active name node"
}

# Out of safe mode, one of them active.
role_ready() {
  local host facts count=0
  active_name_node >/dev/null || because "no name node of $NAME_NODES is active" || return 1
  for host in $NAME_NODES; do
    facts=$(name_node_facts "$host") || facts="without an answer"
    case $facts in
      "active Operational "* | "standby Operational "*) count=$((count + 1)) ;;
      *) because "the name node on $host is not out of safe mode: $facts" || true ;;
    esac
  done
  ((count >= $1))
}

# A standby reads edits once a minute, when the active one ends a segment (dfs.ha.log-roll.period).
caught_up() {
  local facts
  facts=$(jmx "$MEMBER" 9870 'Hadoop:service=NameNode,name=FSNamesystem' '"\(.["tag.HAState"]) \(.MillisSinceLastLoadedEdits)"') || return 1
  [[ $facts == active\ * ]] || ((${facts#* } < 120000))
}
