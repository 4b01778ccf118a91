#!/usr/bin/env bash
# A journal node: one copy of the name nodes' shared edits.

# shellcheck source=scripts/roles/lib/storage.sh
source "${here:?}/storage.sh"

role_accounts() { storage_accounts; }
role_install() { own_folder /data/journalnode/edits hdfs; }
role_start() { guarded_start; }

role_guard() {
  guard_data "restore the volume journalnode of this host, or copy /data/journalnode/edits from another of $JOURNAL_NODES (keep the owner hdfs) and run the update again"
}

# The first name node formats the journals over the network, when this process runs already.
role_prepare() {
  own_folder /data/journalnode/edits hdfs
  use_up_permit
}

role_probe() {
  use_up_permit
  unit_and_ports || return 1
  jmx "$MEMBER" 8480 'Hadoop:service=JournalNode,name=JournalNodeInfo' '.JournalsStatus | fromjson | all(.Formatted == "true") | select(.)' >/dev/null ||
    because "its journal is not formatted"
}

# The active name node writes to every journal; one that lags or is out of sync is named in its metrics.
role_rejoined() {
  local lag
  role_probe || return 1
  lag=$(jmx "$MEMBER" 8480 'Hadoop:service=JournalNode,name=Journal-*' '.CurrentLagTxns // 0') || because "it does not answer questions about its journal (JMX)" || return 1
  ((lag == 0)) || because "its journal lags by $lag edits"
}
