#!/usr/bin/env bash
# What the roles of ZooKeeper, HDFS and HBase share: accounts, folders, the guard of their data, cheap questions.
# No question starts a JVM, and none waits longer than its timeout for a host that is gone.

# shellcheck source=scripts/roles/lib/formation.sh
source "${here:?}/formation.sh"

# Ids are fixed: a volume outlives its host, and the next host must know the files' owners.
storage_accounts() {
  fixed_account zookeeper 820
  fixed_account hdfs 821
  fixed_account hbase 822
  getent group hadoop >/dev/null || groupadd --system --gid 823 hadoop
  # HDFS' superusers: name nodes ask their own host who is in the group, so all accounts are on all hosts.
  usermod --append --groups hadoop hdfs
  usermod --append --groups hadoop hbase
}

fixed_account() {
  getent group "$1" >/dev/null || groupadd --system --gid "$2" "$1"
  id -u "$1" >/dev/null 2>&1 ||
    useradd --system --uid "$2" --gid "$1" --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$1"
}

# own_folder PATH OWNER: made or corrected; where a volume comes from a host with other ids, everything below too.
own_folder() {
  if [[ -d $1 && $(stat -c %U "$1") != "$2" ]]; then chown -R "$2:$2" "$1"; fi
  folder "$1" "$2" 0750
}

# How long a guard may wait for other members that would allow a start; a probe asks once.
GUARD_SECONDS=0

# guard_data WAY_OUT: there is data, or a permit of this environment to form it.
guard_data() {
  [[ $(data_state "$ROLE_NAME") == empty ]] || return 0
  permit_held "$ROLE_NAME" "$PLATFORM_ENVIRONMENT" && return 0
  because "$(data_folder "$ROLE_NAME") is empty, and nothing permits forming it for environment $PLATFORM_ENVIRONMENT: $1"
}

# For services that form their data while they run: until then one that never did may be started again; from then on
# nobody needs the permit, so whoever looks first takes it away.
use_up_permit() {
  if [[ $(data_state "$ROLE_NAME") == data ]]; then permit_used "$ROLE_NAME"; fi
}

# Refuses before anything is started, with the sentence as the update's error.
guarded_start() {
  # shellcheck disable=SC2034 # read by the role's guard
  GUARD_SECONDS=10
  role_guard || fail "$LAST_REASON"
  systemctl enable --quiet "$ROLE_UNITS"
  systemctl reset-failed "$ROLE_UNITS" 2>/dev/null || true
  systemctl start --no-block "$ROLE_UNITS"
}

# answers HOST PORT: something listens there; at most 2 s.
answers() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null
}

# unit_and_ports: what every probe asks first.
unit_and_ports() {
  local state port
  state=$(systemctl show --property=ActiveState,SubState --value "$ROLE_UNITS" | paste -sd/)
  case $state in
    active/*) ;;
    activating/condition | activating/start-pre) because "it waits for what it needs: $(last_word)" || return 1 ;;
    *) role_guard && because "unit $ROLE_UNITS is $state" || return 1 ;;
  esac
  for port in $ROLE_PORTS; do
    answers "$MEMBER" "$port" || because "port $port does not answer" || return 1
  done
}

last_word() { journalctl --no-pager --output=cat --lines=1 --unit="$ROLE_UNITS" 2>/dev/null || true; }

# await SECONDS WHAT COMMAND…: waits in a unit's preparation and says so once, in the journal.
await() {
  local seconds=$1 what=$2
  shift 2
  "$@" && return 0
  printf 'waiting for %s\n' "$what"
  wait_until "$seconds" paced "$@" || return 1
}

# Polls of several units run at the same time on few cores.
paced() {
  sleep 0.3
  "$@"
}

# zookeeper_mode HOST: standalone, leader or follower; fails when it does not serve.
zookeeper_mode() {
  local answer
  # shellcheck disable=SC2016 # expanded by the inner shell
  answer=$(timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/2181" && printf srvr >&3 && cat <&3' "$1" 2>/dev/null) || return 1
  [[ $answer == *Mode:\ * ]] || return 1
  answer=${answer#*Mode: }
  printf '%s\n' "${answer%%$'\n'*}"
}

# Any member that serves is enough for a client.
zookeeper_serves() {
  local host
  for host in $ZOOKEEPERS; do
    zookeeper_mode "$host" >/dev/null && return 0
  done
  return 1
}

# jmx HOST PORT BEANS FILTER: what jq's filter makes of the beans, merged into one object.
jmx() {
  curl --silent --fail --max-time 2 "http://$1:$2/jmx?qry=$3" | jq -er "(.beans | add // {}) | $4" 2>/dev/null
}

# name_node_facts HOST: one line `STATE SAFE LIVE UNDER_REPLICATED MISSING`, e.g. `active Operational 2 0 0`.
name_node_facts() {
  jmx "$1" 9870 'Hadoop:service=NameNode,name=FSNamesystem*' \
    '"\(.["tag.HAState"]) \(.FSState) \(.NumLiveDataNodes) \(.UnderReplicatedBlocks) \(.MissingBlocks)"'
}

# active_name_node: the host of the name node that serves.
active_name_node() {
  local host facts
  for host in $NAME_NODES; do
    facts=$(name_node_facts "$host") || continue
    [[ $facts != active\ * ]] || {
      printf '%s\n' "$host"
      return 0
    }
  done
  return 1
}

# HBase itself waits until HDFS leaves safe mode; only a name node that answers must be there when it starts.
await_name_node() {
  await 600 "a name node on $NAME_NODES" any_name_node || fail "no name node on $NAME_NODES answered within 600 s"
}

any_name_node() {
  local host
  for host in $NAME_NODES; do
    answers "$host" 8020 && return 0
  done
  return 1
}

await_zookeeper() {
  await 600 "ZooKeeper on $ZOOKEEPERS" zookeeper_serves || fail "no ZooKeeper on $ZOOKEEPERS served within 600 s"
}

# master_state HOST: standby, starting (active, but not yet serving) or active.
master_state() {
  jmx "$1" 16010 'Hadoop:service=HBase,name=Master,sub=Server' \
    'if .["tag.isActiveMaster"] == null then null elif .["tag.isActiveMaster"] != "true" then "standby" elif .masterFinishedInitializationTime > 0 then "active" else "starting" end'
}

# active_master: the host of the HBase master that serves.
active_master() {
  local host
  for host in $MASTERS; do
    [[ $(master_state "$host") == active ]] || continue
    printf '%s\n' "$host"
    return 0
  done
  return 1
}
