#!/usr/bin/env bash
# One machine's power: runs in a mount namespace of its own, puts the root together, boots it, and boots it again
# when the guest reboots. Every mount made here goes when this process and its guest are gone.
#   supervise.sh DIRECTORY CGROUP BASE_IMAGE
set -euo pipefail

# systemd-nspawn's exit code when the guest asked for a reboot.
readonly guest_rebooted=133

main() {
  local directory=$1 cgroup=$2 base=$3 arguments code
  # The cgroup is how everything that belongs to this machine is found again.
  printf '%s' "$$" >"$cgroup/cgroup.procs"
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir -p /run/systemd/nspawn
  mount -t tmpfs tmpfs /run/systemd/nspawn
  mount -o loop,discard,noatime "$directory/disk.img" "$directory/disk"
  mount -t overlay overlay \
    -o "lowerdir=$base,upperdir=$directory/disk/upper,workdir=$directory/disk/work" "$directory/root"
  while :; do
    # Read anew each time: volumes may have come and gone while the guest ran.
    mapfile -t arguments <"$directory/nspawn.arguments"
    code=0
    SYSTEMD_NSPAWN_API_VFS_WRITABLE=network systemd-nspawn "${arguments[@]}" </dev/null || code=$?
    printf -- '-- guest left with code %s at %(%FT%TZ)T\n' "$code" -1
    [[ $code = "$guest_rebooted" ]] || exit 0
  done
}

# One line, so that an edit of this file cannot change what a running copy reads next.
main "$@"; exit
