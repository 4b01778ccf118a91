#!/usr/bin/env bash
# Which data a host holds for a storage role, and the permit to form it for the first time.
#
# Services never format by themselves. Once in the life of an environment, when every member is empty, a permit is
# written to each volume; a role that starts on an empty folder uses it up. Without one, an empty folder is a lost
# volume and not a new cluster.
#
# Sourced by the roles; run alone by the step that forms an environment:
#
#   formation.sh state ROLE…               one line `ROLE empty|data|unmounted` for each
#   formation.sh permit ENVIRONMENT ROLE…  writes the permits; refuses where there is data

# The volume that holds a role's data; the failover controller's election node stands or falls with its name node.
volume_of() {
  case $1 in
    zookeeper | namenode | journalnode | datanode) printf '/data/%s\n' "$1" ;;
    zkfc) printf '/data/namenode\n' ;;
    *)
      printf 'role "%s" has no data; zookeeper, namenode, journalnode, zkfc and datanode have\n' "$1" >&2
      return 1
      ;;
  esac
}

# The folder below the volume that the service itself writes.
data_folder() {
  case $1 in
    zookeeper) printf '/data/zookeeper/data\n' ;;
    namenode | zkfc) printf '/data/namenode/name\n' ;;
    journalnode) printf '/data/journalnode/edits\n' ;;
    datanode) printf '/data/datanode/blocks\n' ;;
    *) volume_of "$1" ;;
  esac
}

# Whether the folder holds what the service wrote: `data` or `empty`.
data_state() {
  local folder found
  folder=$(data_folder "$1") || return 1
  [[ -d $folder ]] || {
    printf 'empty\n'
    return 0
  }
  case $1 in
    zookeeper) found=$(find "$folder" -path '*/version-2/*' -name '*.*' -type f -print -quit) ;;
    journalnode) found=$(find "$folder" -mindepth 3 -path '*/current/VERSION' -print -quit) ;;
    *) found=$(find "$folder" -path "$folder/current/VERSION" -print -quit) ;;
  esac
  if [[ -n $found ]]; then printf 'data\n'; else printf 'empty\n'; fi
}

permit_file() {
  local volume
  volume=$(volume_of "$1") || return 1
  printf '%s/.initialise-%s\n' "$volume" "$1"
}

# permit_write ENVIRONMENT ROLE: allows the role to form its empty data for this environment, once.
permit_write() {
  local file volume
  volume=$(volume_of "$2") || return 1
  file=$(permit_file "$2")
  mountpoint -q "$volume" || {
    printf 'no permit for %s on host %s: %s is not mounted\n' "$2" "$(hostname)" "$volume" >&2
    return 1
  }
  [[ $(data_state "$2") == empty ]] || {
    printf 'no permit for %s on host %s: %s holds data\n' "$2" "$(hostname)" "$(data_folder "$2")" >&2
    return 1
  }
  printf '%s\n' "$1" >"$file.new"
  chmod 600 "$file.new"
  mv -f "$file.new" "$file"
}

# permit_held ROLE ENVIRONMENT: a permit of exactly this environment lies on the volume.
permit_held() {
  local file
  file=$(permit_file "$1") || return 1
  [[ -f $file && $(<"$file") == "$2" ]]
}

permit_used() { rm -f "$(permit_file "$1")"; }

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  verb=${1:?state or permit}
  shift
  case $verb in
    state)
      for role in "$@"; do
        volume=$(volume_of "$role")
        if mountpoint -q "$volume"; then state=$(data_state "$role"); else state=unmounted; fi
        printf '%s %s\n' "$role" "$state"
      done
      ;;
    permit)
      environment=${1:?which environment}
      shift
      for role in "$@"; do permit_write "$environment" "$role"; done
      ;;
    *)
      printf 'unknown verb "%s"; state and permit are known\n' "$verb" >&2
      exit 2
      ;;
  esac
fi
