#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# test/integration/rest_replay.sh [REPLAY_OPTION...]
# Replays the recorded REST conversation of the Java worker against connect-standalone and the broker of
# MILLRACE_TEST_BOOTSTRAP. Prints failures, known differences that are none any more, and "N passed, N failed" last.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${MILLRACE_BUILD:-$root/build}
golden=$root/test/golden/rest
: "${MILLRACE_TEST_BOOTSTRAP:?the address of a Kafka broker without topics t-* and groups connect-*}"

plugins=$root/plugin-path
[ "$build" = "$root/build" ] || plugins=$build/plugin-path

work=$(mktemp -d)
worker=
finish() {
  if [ -n "$worker" ]; then kill "$worker" 2>/dev/null || true; wait "$worker" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
mkdir "$work/files"

cat >"$work/worker.properties" <<END
bootstrap.servers=$MILLRACE_TEST_BOOTSTRAP
listeners=http://127.0.0.1:0
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
offset.storage.file.filename=$work/connect.offsets
offset.flush.interval.ms=1000
connector.client.config.override.policy=All
plugin.path=$plugins
END
"$build/bin/connect-standalone" "$work/worker.properties" >"$work/worker.log" 2>&1 &
worker=$!

# The log says which port it took.
url=
for _ in $(seq 100); do
  url=$(sed -n 's/.*REST listens on \(http:[^ ]*\).*/\1/p' "$work/worker.log" | head -1)
  [ -n "$url" ] && break
  kill -0 "$worker" 2>/dev/null || break
  sleep 0.1
done
if [ -z "$url" ]; then
  cat "$work/worker.log"
  echo "the worker did not start"
  echo "0 passed, 1 failed"
  exit 1
fi

python3 -u "$golden/rest_replay.py" "$url" "$golden/rest-golden.jsonl" --mode standalone --dir "$work/files" -v "$@" \
  >"$work/replay.log" || true
[ -n "${MILLRACE_TEST_KEEP:-}" ] && cp "$work"/*.log "$MILLRACE_TEST_KEEP"/
if ! kill -0 "$worker" 2>/dev/null; then
  echo "the worker died; its last lines:"
  tail -20 "$work/worker.log"
fi
python3 "$root/test/integration/rest_summary.py" "$work/replay.log" "$golden/known-differences.txt"
