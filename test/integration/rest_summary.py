#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: rest_summary.py REPLAY_LOG KNOWN_DIFFERENCES

Judges the output of `rest_replay.py -v` by the list of known differences: prints what fails unexpectedly and what is
listed but does not fail, then "N passed, N failed".
"""
import sys


def main():
    log, known_file = sys.argv[1:]
    known = {}
    with open(known_file, encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                case, _, reason = line.strip().partition(" ")
                known[case] = reason.strip()
    passed, failed = 0, 0
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            verdict, _, rest = line.partition(" ")
            if verdict not in ("ok", "FAIL"):
                continue
            case = rest.split()[0]
            if (verdict == "FAIL") == (case in known):
                passed += 1
            else:
                failed += 1
                print(line.rstrip() if verdict == "FAIL" else f"FAIL {case}: is a known difference, but passes")
    if passed + failed == 0:
        print("nothing was replayed")
        failed = 1
    if known:
        print(f"{len(known)} known differences, see {known_file}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
