#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the text cases of test/integration/cli: what the programs print and how they end.

A case file is a sequence of steps, each beginning with a line "--- ...":
  --- file NAME            the following lines become a file in the case's folder
  --- run PROGRAM WORDS    runs a program of build/bin there; then, each optional:
  --- status N             its exit status (0 when absent)
  --- stdout / --- stderr  exactly these lines; a line "..." stands for any number of lines, "*" inside a line for any text
${DIR} stands for the case's folder, ${PLUGINS} for plugin-path, ${ROOT} for the tree.
Prints one line per fault and "N passed, N failed" last; a check is one run.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("MILLRACE_BUILD", ROOT / "build"))
PLUGINS = ROOT / "plugin-path" if BUILD == ROOT / "build" else BUILD / "plugin-path"


def steps(text):
    """[(line number, words, body)] of a case file."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("--- "):
            found.append((number, line[4:].split(" ", 1), []))
        elif found:
            found[-1][2].append(line)
    return found


def matches(want, got):
    """Whether the lines `got` are what the pattern lines `want` say."""
    if not want:
        return not got
    if want[0] == "...":
        return any(matches(want[1:], got[i:]) for i in range(len(got) + 1))
    if not got:
        return False
    pattern = ".*".join(re.escape(part) for part in want[0].split("*"))
    return re.fullmatch(pattern, got[0]) is not None and matches(want[1:], got[1:])


def trimmed(lines):
    """Without blank lines at the end: a case file separates its steps with one."""
    lines = list(lines)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def run_case(path, folder):
    """(passed, faults) of one case file."""
    def fill(text):
        return text.replace("${DIR}", folder).replace("${PLUGINS}", str(PLUGINS)).replace("${ROOT}", str(ROOT))

    passed, faults, current = 0, [], None

    def finish():
        nonlocal passed, current
        if current is None:
            return
        number, done, want, problems = current
        if done.returncode != want["status"]:
            problems.append(f"exit status {done.returncode}, expected {want['status']}")
        for stream in ("stdout", "stderr"):
            got = trimmed(getattr(done, stream).splitlines())
            if stream in want and not matches(trimmed(want[stream]), got):
                problems.append(f"{stream} differs, got:\n    " + "\n    ".join(got))
        if problems:
            faults.append(f"{path.name}:{number}: " + "; ".join(problems))
        else:
            passed += 1
        current = None

    for number, words, body in steps(path.read_text(encoding="utf-8")):
        if words[0] == "file":
            finish()
            target = Path(folder, words[1])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(fill("\n".join(trimmed(body))) + "\n", encoding="utf-8")
        elif words[0] == "run":
            finish()
            command = shlex.split(fill(words[1]))
            command[0] = str(BUILD / "bin" / command[0])
            try:
                done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                      timeout=30)
            except subprocess.TimeoutExpired:
                done = subprocess.CompletedProcess(command, -1, "", "did not end within 30 s")
            current = (number, done, {"status": 0}, [])
        elif words[0] == "status":
            current[2]["status"] = int(words[1])
        elif words[0] in ("stdout", "stderr"):
            current[2][words[0]] = [fill(line) for line in body]
        else:
            raise ValueError(f"{path}:{number}: unknown step {words[0]}")
    finish()
    return passed, faults


def main():
    passed, failed = 0, 0
    for path in sorted((ROOT / "test" / "integration" / "cli").glob("*.case")):
        with tempfile.TemporaryDirectory(prefix="millrace-cli-") as folder:
            good, faults = run_case(path, folder)
        passed += good
        failed += len(faults)
        for fault in faults:
            print(fault)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
