#!/usr/bin/env bash
# The failover controller beside a name node.

# shellcheck source=scripts/roles/lib/storage.sh
source "${here:?}/storage.sh"

role_accounts() { storage_accounts; }
role_start() { guarded_start; }
role_guard() { :; }

# The election's node in ZooKeeper is made once, by the first name node's host; making it again changes nothing.
role_prepare() {
  local command status=0
  await_zookeeper
  if permit_held zkfc "$PLATFORM_ENVIRONMENT"; then
    if [[ ${NAME_NODES%% *} == "$MEMBER" ]]; then
      read -ra command <<<"$ZKFC_COMMAND"
      setpriv --reuid hdfs --regid hdfs --init-groups --no-new-privs "${command[@]}" -formatZK -nonInteractive || status=$?
      # 2: it is there already.
      ((status == 0 || status == 2)) || fail "making the election's node in ZooKeeper ended with exit code $status"
    fi
    permit_used zkfc
  fi
  await 600 "the name node on this host" answers "$MEMBER" 8020 || fail "the name node on this host did not answer within 600 s"
}

# Without its node in ZooKeeper it ends at once, over and over: then ZooKeeper has lost what it held, which is more
# than the election, so nothing is made anew here.
role_probe() {
  unit_and_ports && return 0
  ! lost_election || because "ZooKeeper on $ZOOKEEPERS does not have the name nodes' election any more, so it has lost its data: restore its volumes; where they are lost for good, make the election anew on this host: setpriv --reuid hdfs --regid hdfs --init-groups $ZKFC_COMMAND -formatZK"
  return 1
}

lost_election() {
  journalctl --no-pager --output=cat --lines=60 --unit="$ROLE_UNITS" 2>/dev/null | grep -q 'Parent znode does not exist'
}

role_rejoined() {
  role_probe || return 1
  active_name_node >/dev/null || because "no name node is active"
}

role_ready() {
  local host count=0
  active_name_node >/dev/null || because "no name node is active" || return 1
  for host in $NAME_NODES; do
    if answers "$host" 8019; then count=$((count + 1)); fi
  done
  ((count >= $1)) || because "$count of $1 failover controllers answer"
}
