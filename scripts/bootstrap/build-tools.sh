#!/usr/bin/env bash
# Provides what builds the software (a JDK, Maven, Go), where it is missing.
set -euo pipefail
# shellcheck source=scripts/bootstrap/packages.sh
source "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

# Go fetches the version that a module asks for by itself from 1.21 on; an older one cannot.
go_is_new_enough() {
  local version
  version=$(go env GOVERSION 2>/dev/null) || return 1
  [[ $version =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 21))
}

mapfile -t tools < <(build_tools)
provide "${tools[@]}"
if ! go_is_new_enough; then
  printf 'Go is %s; 1.21 or newer is needed. Install it from https://go.dev/dl into /usr/local/go, then run the command again.\n' "$(go env GOVERSION)" >&2
  exit 1
fi
