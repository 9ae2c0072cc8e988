#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The newcomer's path: a bundle of each role is made from its template, builds on the SDK's headers alone, passes its own
# test, exports nothing but the one function, and says its names in its manifest, also when stripped.
set -euo pipefail
root=$MILLRACE_SOURCE_ROOT
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "$*" >&2; exit 1; }

for role in source sink transform converter; do
  "$root/scripts/new-connector" my-new "$role" "$dir/$role" >"$dir/log" 2>&1 || { cat "$dir/log"; fail "no $role"; }
  so=$dir/$role/build/libmillrace-my-new.so
  exports=$(nm -D --defined-only "$so" | awk '{print $3}')
  [[ $exports == mr_plugin_open_v1 ]] || fail "$role exports: $exports"
  ! grep -rqi example "$dir/$role" --exclude-dir=build || fail "$role still speaks of the example"
  strip "$so"
  objcopy -O binary --only-section=.millrace.manifest "$so" "$dir/manifest"
  manifest=$(<"$dir/manifest")
  python3 - "$role" "$manifest" <<'END' || fail "$role has the manifest $manifest"
import json, sys
role, manifest = sys.argv[1], json.loads(sys.argv[2])
assert manifest["manifest_version"] == 1 and manifest["abi"] == "1.0" and manifest["name"] == "my-new"
assert [c["role"] for c in manifest["classes"]] == [role]
assert manifest["classes"][0]["name"].startswith("my_new.MyNew")
END
done
for arguments in "My source" "x nothing" "x ../source" "x"; do
  # shellcheck disable=SC2086
  if "$root/scripts/new-connector" $arguments "$dir/never" >/dev/null 2>&1; then fail "accepted: $arguments"; fi
done
[[ ! -e $dir/never ]] || fail "a refused request left something behind"
