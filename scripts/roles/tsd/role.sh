#!/usr/bin/env bash
# The time series daemon. It keeps no data, so a change takes effect at once.

readonly tsd_port=$ROLE_PORTS

role_accounts() { account opentsdb; }

tsd_address() { if [[ ${TSD_LISTEN:-host} == loopback ]]; then echo 127.0.0.1; else hostname; fi; }

tsd_request() { curl --silent --show-error --max-time "$1" "http://$(tsd_address):$tsd_port$2" "${@:3}" 2>&1; }

# Whether the process serves; HBase is not asked. A probe that depended on HBase would take the whole fleet out at once.
role_probe() {
  local state answer
  state=$(systemctl show --property=ActiveState --value tsd.service)
  if [[ $state != active ]]; then
    because "tsd.service is $state$(tsd_refusal)"
    return 1
  fi
  answer=$(tsd_request 5 /api/version --fail) || because "/api/version does not answer: $answer$(tsd_refusal)" || return 1
}

tsd_refusal() { if [[ -s /run/opentsdb/refused ]]; then printf '; %s' "$(head -n 1 /run/opentsdb/refused)"; fi; }

# A point goes through to HBase and comes back; one series per host, one value at a time.
tsd_serves_data() {
  local now answer
  now=$(date +%s)
  answer=$(tsd_request 15 '/api/put?sync&sync_timeout=10000' --fail-with-body --header 'Content-Type: application/json' \
    --data "{\"metric\":\"platform.canary\",\"timestamp\":$now,\"value\":$now,\"tags\":{\"host\":\"$(hostname)\"}}") ||
    because "a point was not stored: $answer" || return 1
  answer=$(tsd_request 15 "/api/query?start=$now&end=$((now + 1))&m=none:platform.canary%7Bhost=$(hostname)%7D" --fail-with-body) ||
    because "a point was not read back: $answer" || return 1
  [[ $answer == *"\"$now\":$now"* ]] || because "a point was stored but not served: $answer"
}

# In use by those who gather a group: the TSD serves, and what it serves is stored.
role_ready() { role_probe && tsd_serves_data; }
