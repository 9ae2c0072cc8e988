#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs scripts/quickstart as a person would and looks at what that person would see.
set -uo pipefail
cd "$(dirname "$0")/../.."
out=$(MILLRACE_QUICKSTART_PORT=0 timeout 150 scripts/quickstart 2>&1)
status=$?
passed=0 failed=0
check() { # WHAT COMMAND...
  if "${@:2}"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "failed: $1"; fi
}
saw() { grep -qF -- "$1" <<<"$out"; }
check "exit status 0, not $status" test $status -eq 0
check "the copied lines" saw "    non vi sed saepe cadendo."
check "the appended line" saw "    And one line more, appended while it runs."
check "the records in the topic" saw "    2 And one line more, appended while it runs."
check "both connectors RUNNING" saw '"state":"RUNNING"'
check "a clean stop" saw "stopped cleanly"
[[ $failed -eq 0 ]] || echo "$out"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
