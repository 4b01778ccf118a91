#!/usr/bin/env bash
# Folds the edits of the only name node into its image, when there are enough of them. Runs from a timer.
#
# Of two name nodes the standby does this. A single one writes edits for as long as it runs, and reads all of them at
# its next start. The name node serves meanwhile: another process merges, and hands over the finished image.
set -Eeuo pipefail
umask 027

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

# Some 15 MB of edits, read in seconds; and once a day whatever there is.
most_edits=100000
most_seconds=86400

# facts: one line `EDITS SINCE`, the edits that the newest image lacks and the second in which it was made.
facts() {
  jmx "$MEMBER" 9870 'Hadoop:service=NameNode,name=FSNamesystem' \
    '"\(.TransactionsSinceLastCheckpoint) \(.LastCheckpointTime / 1000 | floor)"'
}

read -r edits since < <(facts) || fail "the name node on this host does not answer"
if [[ ${1:-} != now ]] && ! ((edits >= most_edits || (edits > 0 && $(date +%s) - since >= most_seconds))); then exit 0; fi
read -ra command <<<"$NAME_NODE_COMMAND"
command[-1]=org.apache.hadoop.hdfs.server.namenode.SecondaryNameNode
setpriv --reuid hdfs --regid hdfs --init-groups --no-new-privs "${command[@]}" -checkpoint force || fail "the checkpoint ended with exit code $?"
# A name node refuses an image that comes too soon after the one before (dfs.namenode.checkpoint.period), unheard.
left=$edits
taken() { read -r left _ < <(facts) && ((left < edits)); }
# Its metrics are up to 10 s old.
wait_until 30 taken || fail "the name node did not take the checkpoint: its newest image still lacks $left edits"
