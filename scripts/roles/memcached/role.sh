#!/usr/bin/env bash
# The query cache. Memcached comes with the machine's image; our unit takes the place of the package's own, which
# listens on loopback.

role_accounts() { account memcache; }

role_install() {
  command -v memcached >/dev/null || fail "memcached is not part of this machine's image; build the image anew"
  # What the package may have started by itself.
  systemctl stop memcached.service 2>/dev/null || true
}

role_probe() {
  local state answer=
  state=$(systemctl show --property=ActiveState --value memcached.service)
  [[ $state == active ]] || because "memcached.service is $state" || return 1
  answer=$(timeout 3 bash -c "exec 3<>/dev/tcp/$MEMCACHED_ADDRESS/$ROLE_PORTS && printf 'version\r\n' >&3 && read -r line <&3 && printf %s \"\$line\"" 2>/dev/null) || true
  [[ $answer == VERSION\ * ]] || because "$MEMCACHED_ADDRESS:$ROLE_PORTS does not answer \"version\"${answer:+ but says: $answer}" || return 1
}
