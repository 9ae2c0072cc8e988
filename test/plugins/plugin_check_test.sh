#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# plugin_check_test.sh MR_PLUGIN_CHECK: what mr-plugin-check says of the bundles of this folder.
set -uo pipefail
check=$1
plugins=$MILLRACE_BUILD_ROOT/test/plugins
passed=0 failed=0

# expect STATUS BUNDLE TEXT - the exit status, and a line that holds the text
expect() {
  local out status
  out=$("$check" "$plugins/${2%.so}.so" 2>&1)
  status=$?
  if [[ $status -eq $1 && $out == *"$3"* ]]; then
    ((++passed))
  else
    ((++failed))
    printf 'FAIL %s: status %s (want %s), no "%s" in:\n%s\n' "$2" "$status" "$1" "$3" "$out"
  fi
}

for good in counting_source counting_source_2 collecting_sink every_kind_source stages connector_source c_source; do
  expect 0 "$good" "0 failed"
done
expect 0 stages "ok    converter test.HexConverter: created and destroyed twice"
expect 0 connector_source "ok    source test.SplittingSourceConnector, connector side: created and destroyed twice"
expect 1 bad_text "FAIL  not an ELF file"
expect 1 bad_truncated "FAIL  truncated"
expect 1 bad_no_manifest "FAIL  carries no manifest"
expect 1 bad_wrong_abi "FAIL  the manifest's \"abi\" is \"2.0\""
expect 1 bad_newer_manifest "FAIL  manifest_version is not 1"
expect 1 bad_invalid_json "FAIL  the manifest is not JSON"
expect 1 bad_no_symbol "FAIL  does not export mr_plugin_open_v1"
expect 1 bad_wrong_symbol_version "FAIL  exports more than it should: mr_plugin_open_v2"
expect 1 bad_refuses "FAIL  mr_plugin_open_v1 returned NULL: this machine has no flux capacitor"
expect 1 bad_zero_size "FAIL  size, class_stride, n_classes or classes of its mr_plugin are wrong"
expect 1 bad_null_table "its table is NULL or has no size"
expect 1 bad_missing_library "FAIL  cannot be loaded: libmillrace_not_there.so.1"
expect 1 bad_lies_in_manifest "version \"9.9\" in the manifest, \"1.0\" in the class table"
expect 1 bad_lies_in_manifest "FAIL  the class table has source test.NotInTheManifest, the manifest does not"
expect 1 bad_throws_in_create "FAIL  ended by signal 6 (Aborted) in create of source test.BadThrowsInCreateConnector"
expect 1 bad_throws_in_stop "in destroy of source test.BadThrowsInStopConnector"
# The bundles of this tree have nothing to hide.
shopt -s nullglob
for so in "$MILLRACE_BUILD_ROOT"/connectors/*/*.so; do
  expect 0 "../../connectors/${so#"$MILLRACE_BUILD_ROOT"/connectors/}" "0 failed"
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
