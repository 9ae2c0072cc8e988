#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the tree itself: who may include whom (docs: runtime/README.md), licence lines, words that promise work.

Prints one line per fault and "N passed, N failed" last; a check is one rule on one file.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SDK = "millrace"
# module -> what its files may include besides themselves, the standard library and third-party headers
MAY = {
    "base": set(),
    "config": {"base", SDK},
    "record": {"base", SDK},
    "plugins": {"base", "config", "record", SDK},
    "kafka": {"base", "config", SDK},
    "converters": {"base", "record", SDK},
    "transforms": {"base", "record", "converters", SDK},
    "storage": {"base", "config", "record", "kafka", "plugins"},
    "worker": {"base", "config", "record", "plugins", "kafka", "storage", SDK},
    "herder": {"base", "config", "record", "kafka", "storage", "worker", "plugins", SDK},
    "rest": {"base", "config", "herder", "plugins", "worker", SDK},
}
INCLUDE = re.compile(r'^\s*#include\s+["<]([^">]+)[">]', re.M)
PROMISE = re.compile(r"\b(TODO|FIXME|XXX)\b")
RDKAFKA = re.compile(r"librdkafka/")


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in out.stdout.splitlines()]


def main():
    passed, faults = 0, []

    def rule(ok, path, text):
        nonlocal passed
        if ok:
            passed += 1
        else:
            faults.append(f"{path.relative_to(ROOT)}: {text}")

    for path in tracked("*.cc", "*.h", "*.c", "*.py", "*.build"):
        text = path.read_text(encoding="utf-8")
        head = "\n".join(text.splitlines()[:4])
        rule("SPDX-License-Identifier: Apache-2.0" in head, path, "no licence line at the top")
        if path != Path(__file__).resolve():
            rule(not PROMISE.search(text), path, "a word that promises work")
        if path.suffix in (".cc", ".h", ".c"):
            parts = path.relative_to(ROOT).parts
            includes = INCLUDE.findall(text)
            if parts[0] == "runtime" and parts[1] in MAY:
                module = parts[1]
                for include in includes:
                    top = include.split("/")[0]
                    if (top in MAY or top in (SDK, "host")) and "/" in include:
                        rule(top == module or top in MAY[module], path, f"{module} may not include {include}")
                rule(module == "kafka" or not any(map(RDKAFKA.match, includes)), path,
                     "only runtime/kafka touches librdkafka")
            if parts[0] in ("connectors", "sdk") and parts[1] != "tools":
                for include in includes:
                    rule(include.split("/")[0] not in MAY, path, f"a bundle may not include the host's {include}")
    for fault in faults:
        print(fault)
    print(f"{passed} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
