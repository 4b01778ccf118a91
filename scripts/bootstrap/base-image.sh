#!/usr/bin/env bash
# Builds the read-only Debian 12 tree that every local host boots from, and prints its path.
#
# The tree is named by a hash of what it is made from (this script and the architecture). It is kept packed
# under the user's cache folder and unpacked once for the machine; with both there this does nothing.
#   output:   progress on stderr, the tree's path on stdout's last line
#   settings: XDG_CACHE_HOME, BASE_MIRROR (a Debian mirror; default: the machine's own sources, or mmdebstrap's)
set -euo pipefail

readonly suite=bookworm
readonly trees=/var/lib/opentsdb-platform/base
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/opentsdb-platform/base

# Hosts have no way out to the network: whatever a role needs from Debian belongs here.
readonly packages=(
  systemd systemd-sysv dbus
  openssh-server cloud-init
  openjdk-17-jre-headless memcached
  iproute2 nftables netbase ca-certificates curl jq
  procps e2fsprogs util-linux less
)

# Units that cost a guest boot time or CPU and do nothing for it.
readonly masked=(
  console-getty.service getty.target serial-getty@.service
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer man-db.timer fstrim.timer
  e2scrub_all.timer e2scrub_reap.service systemd-tmpfiles-clean.timer
  networking.service ifupdown-pre.service systemd-networkd.service systemd-networkd.socket
  systemd-logind.service systemd-timesyncd.service systemd-udevd.service systemd-pstore.service
  systemd-hwdb-update.service ldconfig.service
  cloud-init-hotplugd.socket cloud-init-hotplugd.service
)

say() { printf 'base image: %s\n' "$*" >&2; }
fail() {
  printf 'base image: %s\n' "$*" >&2
  exit 1
}

require_machine() {
  [[ $(id -u) = 0 ]] || fail "only root can build it (this is user $(id -un)); run the same command with sudo"
  local tool missing=()
  for tool in mmdebstrap zstd tar flock; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [[ ${#missing[@]} = 0 ]] ||
    fail "missing: ${missing[*]}; apt-get install -y --no-install-recommends mmdebstrap zstd tar util-linux"
}

# Where the packages come from: a named mirror, a Debian 12 machine's own sources, or mmdebstrap's default.
package_source() {
  local own=/etc/apt/sources.list.d/debian.sources
  if [[ -n ${BASE_MIRROR:-} ]]; then
    printf '%s\n' "$BASE_MIRROR"
  elif [[ -f $own ]] && grep -q "^Suites:.*\b$suite\b" "$own"; then
    printf '%s\n' "$own"
  fi
}

install_packages() { # ROOT
  local root=$1 list source
  list=$(IFS=,; printf '%s' "${packages[*]}")
  source=$(package_source)
  # The Java package's install script fails where the folder for man pages does not exist.
  # shellcheck disable=SC2016  # mmdebstrap expands $1 in its hooks
  mmdebstrap --quiet --mode=root --variant=minbase --include="$list" \
    --essential-hook='mkdir -p "$1/usr/share/man/man1"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/info/*' \
    "$suite" "$root" ${source:+"$source"} >&2
  chmod 755 "$root"
}

configure_ssh() { # ROOT
  rm -f "$1"/etc/ssh/ssh_host_*
  cat >"$1/etc/ssh/sshd_config.d/10-platform.conf" <<'CONF'
# Host keys are put in place before the first boot.
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
GSSAPIAuthentication no
UseDNS no
PrintMotd no
PrintLastLog no
# Many commands arrive at once while a cluster forms.
MaxStartups 100:30:200
MaxSessions 100
# Pulumi's command provider hands the previous output over in these.
AcceptEnv PULUMI_COMMAND_*
# The cheapest that are sound.
KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256
Ciphers aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr
CONF
}

configure_cloud_init() { # ROOT
  # Without these two ssh settings cloud-init replaces the host keys that are already there.
  cat >"$1/etc/cloud/cloud.cfg.d/90-platform.cfg" <<'CONF'
ssh_deletekeys: false
ssh_genkeytypes: []
locale: C.UTF-8
preserve_hostname: true
manage_etc_hosts: false
disable_root: false
network: {config: disabled}
users: []
cloud_init_modules: [bootcmd, write-files, users-groups, ssh]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-per-boot, scripts-per-instance, scripts-user, final-message]
CONF
}

configure_services() { # ROOT
  local root=$1 unit
  for unit in "${masked[@]}"; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  find "$root/etc/systemd/system" -path '*.wants/*' \
    \( -name 'apt-daily*' -o -name 'e2scrub*' -o -name 'memcached.service' -o -name 'nftables.service' \) -delete
  ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
  mkdir -p "$root/etc/systemd/journald.conf.d" "$root/var/log/journal"
  printf '[Journal]\nStorage=persistent\nSystemMaxUse=64M\nAudit=no\n' \
    >"$root/etc/systemd/journald.conf.d/10-platform.conf"
}

configure_identity() { # ROOT: what each machine brings itself must not be here
  local root=$1
  : >"$root/etc/machine-id"
  rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname"
  # Names come from the site's hosts file and from nowhere else: no lookup may wait for a server.
  sed -i 's/^hosts:.*/hosts: files/' "$root/etc/nsswitch.conf"
  : >"$root/etc/resolv.conf"
  mkdir -p "$root/etc/site"
  ln -sfn site/hosts "$root/etc/hosts"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/log/*.log "$root"/var/log/apt
}

build() { # ARCHIVE
  local archive=$1 work
  # dpkg syncs after every file; in memory that costs nothing.
  work=$(mktemp -d /dev/shm/base-image.XXXXXX)
  # shellcheck disable=SC2064  # the value of now is meant
  trap "rm -rf '$work'" EXIT
  say "installing Debian $suite with ${#packages[@]} packages and what they need (about a minute, once)"
  install_packages "$work/root"
  configure_ssh "$work/root"
  configure_cloud_init "$work/root"
  configure_services "$work/root"
  configure_identity "$work/root"
  say "packing it into the cache"
  mkdir -p "$cache"
  tar -C "$work/root" --numeric-owner --xattrs -cf - . | zstd -q -T0 -6 -o "$archive.part" -f
  mv "$archive.part" "$archive"
  rm -rf "$work"
  trap - EXIT
}

unpack() { # ARCHIVE TREE
  say "unpacking $(basename "$1")"
  rm -rf "$2.part"
  mkdir -p "$2.part"
  zstd -q -dc "$1" | tar -C "$2.part" --numeric-owner --xattrs -xpf -
  mv "$2.part" "$2"
}

main() {
  local key tree archive
  key=$({ cat "${BASH_SOURCE[0]}"; uname -m; } | sha256sum)
  key=${key:0:16}
  tree=$trees/$key
  archive=$cache/$key.tar.zst
  if [[ ! -d $tree ]]; then
    require_machine
    install -d -m 700 /var/lib/opentsdb-platform
    install -d -m 755 "$trees"
    exec 9>"$trees/.lock"
    flock 9
    # Another run may have made it while this one waited for the lock.
    if [[ ! -d $tree ]]; then
      [[ -f $archive ]] || build "$archive"
      unpack "$archive" "$tree"
    fi
  fi
  printf '%s\n' "$tree"
}

main "$@"
