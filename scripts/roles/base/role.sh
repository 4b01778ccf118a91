#!/usr/bin/env bash
# Every machine's first role: software checked, data volumes made and mounted, platform-role in place.

role_install() {
  local software volume name device uuid
  for software in $SOFTWARE_PATHS; do check_software "$software"; done
  for volume in $VOLUMES; do
    IFS='=' read -r name device uuid <<<"$volume"
    mount_volume "$name" "$device" "$uuid"
    report_volume "$name"
  done
}

# The bytes that the operator's machine built are the bytes here. Checked once per version and machine.
check_software() {
  local path=$1 checked
  checked=$ROLE_DIR/checked-$(basename "$path")
  [[ -d $path ]] || fail "software $path is missing; the bundle's location has not reached this host"
  [[ ! -e $checked ]] || return 0
  (cd "$path" && sha256sum --check --quiet --strict SHA256SUMS) >&2 || fail "software $path differs from its recorded sums; build the bundle anew"
  touch "$checked"
}

# True when the device holds nothing at all: no signature, and zeros where file systems keep their heads.
blank() {
  local code=0
  blkid --probe "$1" >/dev/null 2>&1 || code=$?
  ((code == 2)) && cmp --silent --bytes=1048576 "$1" /dev/zero
}

mount_volume() {
  local name=$1 device=$2 uuid=$3 found
  [[ -b $device ]] || fail "volume $name: $device is not there; attach the volume"
  if ! mountpoint -q "/data/$name"; then
    if blank "$device"; then
      mkfs.ext4 -q -m 1 -U "$uuid" -L "$name" -E lazy_itable_init=1,lazy_journal_init=1 "$device" || fail "volume $name: no file system could be made on $device"
      say "volume $name: made a file system on the blank device $device"
    fi
    found=$(blkid --probe --match-tag UUID --output value "$device" || true)
    [[ $found == "$uuid" ]] || fail "volume $name: $device carries ${found:+file system $found}${found:-something that is no file system}, expected $uuid or a blank device; nothing was formatted or mounted"
    mkdir -p "/data/$name"
    e2fsck -p "$device" >/dev/null || (($? < 2)) || fail "volume $name: the file system on $device needs a manual check"
    systemctl enable --quiet "data-$name.mount"
    systemctl start "data-$name.mount" || fail "volume $name: $device could not be mounted"
  fi
  resize2fs "$device" >/dev/null 2>&1 || fail "volume $name: the file system could not be grown to the size of $device"
}

# What the formation of the environment is decided on: is there anything on the volume?
report_volume() {
  if [[ -n $(find "/data/$1" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name '.initialise-*' -print -quit) ]]; then
    printf 'volume %s data\n' "$1"
  else
    printf 'volume %s empty\n' "$1"
  fi
}

role_start() { :; }

role_stop() { :; }

role_probe() {
  local volume name _
  for volume in $VOLUMES; do
    IFS='=' read -r name _ <<<"$volume"
    mountpoint -q "/data/$name" || because "/data/$name is not mounted" || return 1
  done
}
