#!/usr/bin/env bash
# A ZooKeeper server.

# shellcheck source=scripts/roles/lib/storage.sh
source "${here:?}/storage.sh"

role_accounts() { storage_accounts; }
role_install() { own_folder /data/zookeeper/data zookeeper; }
role_start() { guarded_start; }

# An emptied member of an ensemble may come back when the others have a quorum without it: it then follows a leader
# that has everything. While they have none, its vote could make a leader of a server that lacks what was written.
role_guard() {
  guard_data "restore the volume zookeeper of this host" && return 0
  [[ $ZOOKEEPERS == *\ * ]] || return 1
  # They may be choosing a leader just now, or be starting like this one.
  wait_until "$GUARD_SECONDS" others_have_quorum && return 0
  because "$LAST_REASON, or start it when a majority of the others ($ZOOKEEPERS) serves"
}

others_have_quorum() {
  local host members=0 serving=0
  for host in $ZOOKEEPERS; do
    members=$((members + 1))
    if [[ $host != "$MEMBER" ]] && zookeeper_mode "$host" >/dev/null; then serving=$((serving + 1)); fi
  done
  ((members > 1 && serving > members / 2))
}

role_prepare() {
  own_folder /data/zookeeper/data zookeeper
  printf '%s\n' "$ZOOKEEPER_ID" >/data/zookeeper/data/myid
  if [[ $(data_state zookeeper) == empty ]]; then
    if permit_held zookeeper "$PLATFORM_ENVIRONMENT"; then
      # The server makes an empty tree only where this file lies (zookeeper.db.autocreate), and removes it.
      install -o zookeeper -g zookeeper -m 0640 /dev/null /data/zookeeper/data/initialize
      printf 'forming an empty tree for environment %s\n' "$PLATFORM_ENVIRONMENT"
    else
      printf 'its data is gone; it follows the leader of the others\n'
    fi
  fi
  use_up_permit
}

role_probe() {
  use_up_permit
  unit_and_ports || return 1
  zookeeper_mode "$MEMBER" >/dev/null || because "it runs, but does not serve: no quorum among $ZOOKEEPERS"
}

# The whole ensemble, this member included: the next one may go only then.
role_rejoined() {
  local host
  role_probe || return 1
  for host in $ZOOKEEPERS; do
    zookeeper_mode "$host" >/dev/null || because "ZooKeeper on $host does not serve, so the ensemble is not complete" || return 1
  done
}
