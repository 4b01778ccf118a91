#!/usr/bin/env bash
# System packages: which tools a command needs, which are missing, and how they come.

# tool → Debian package
declare -A package_of=(
  [systemd-nspawn]=systemd-container [mmdebstrap]=mmdebstrap [nft]=nftables [ip]=iproute2 [ssh]=openssh-client
  [haproxy]=haproxy [zstd]=zstd [mkfs.ext4]=e2fsprogs [losetup]=mount [shellcheck]=shellcheck [sshd]=openssh-server
  [javac]=openjdk-17-jdk-headless [mvn]=maven [go]=golang-go
)

# tools_of COMMAND: one per line.
tools_of() {
  local machines=(systemd-nspawn mmdebstrap nft ip ssh haproxy zstd mkfs.ext4 losetup)
  case $1 in
    start | bootstrap | bench) printf '%s\n' "${machines[@]}" ;;
    test) printf '%s\n' "${machines[@]}" shellcheck sshd ;;
    down) printf '%s\n' ip nft losetup ;;
    status | ssh | logs) printf '%s\n' ssh ;;
  esac
}

# Tools that build the software are only needed where it has not been built yet; the TypeScript side calls this.
build_tools() { printf '%s\n' javac mvn go; }

# missing_packages TOOL…: packages of those tools that are not on PATH, one per line.
missing_packages() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 || printf '%s\n' "${package_of[$tool]}"
  done
}

is_debian() { [[ -r /etc/os-release ]] && grep -qE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release; }

# Services that a package brings must not start on the operator's machine: only their programs are needed here.
with_services_held() {
  local hold=/usr/sbin/policy-rc.d
  if [[ -e $hold ]]; then
    "$@"
    return
  fi
  (
    trap 'rm -f "$hold"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$hold"
    chmod 755 "$hold"
    "$@"
  )
}

apt() { DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -qq "$@"; }

# install_packages PACKAGE…: by apt-get, with a line before and after; the log's end is shown when it fails.
install_packages() {
  local log began=$SECONDS
  log=$(mktemp)
  printf 'system packages: installing %s\n' "$*" >&2
  if ! { apt update && with_services_held apt install --yes --no-install-recommends "$@"; } >"$log" 2>&1; then
    printf 'system packages: apt-get failed; its last lines:\n' >&2
    tail -n 15 "$log" >&2
    printf 'Install them by hand, then run the command again: apt-get update && apt-get install --no-install-recommends %s\n' "$*" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  printf 'system packages: installed (%d s)\n' $((SECONDS - began)) >&2
}

# provide TOOL…: installs what is missing, or names it with the command that does.
provide() {
  local packages
  mapfile -t packages < <(missing_packages "$@")
  ((${#packages[@]} > 0)) || return 0
  if is_debian && ((EUID == 0)); then
    install_packages "${packages[@]}"
  elif is_debian; then
    printf 'Missing: %s. Run: sudo apt-get install --no-install-recommends %s\n' "${packages[*]}" "${packages[*]}" >&2
    return 1
  else
    printf 'Missing: %s (names of the Debian packages). Install them by this system'\''s own means, then run the command again.\n' "${packages[*]}" >&2
    return 1
  fi
}

# ensure_tools COMMAND
ensure_tools() {
  local tools
  mapfile -t tools < <(tools_of "$1")
  provide "${tools[@]}"
}
