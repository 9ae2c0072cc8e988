#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the test suites: builds what each needs, starts the broker they share, sums up.

Called by scripts/test. A suite is a row of SUITES below. Its commands print what they like; what counts is either a
last line "N passed, N failed" or, for `meson test`, the cases that doctest reports. A command that ends otherwise, or
not in time, counts as one failure.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("MILLRACE_BUILD", ROOT / "build"))
LOGS = BUILD / "test-logs"
SUMMARY = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
DOCTEST = re.compile(r"\[doctest\] test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed(?: \|\s*(\d+) skipped)?")


class Suite:
    """name, what it is for, its commands (relative to the tree, {build} stands for the build folder), the build
    options it needs (None: the ordinary build), whether it needs the shared Kafka broker, its time limit, and whether
    it runs only when named or with --all."""

    def __init__(self, name, about, commands, options=None, broker=False, minutes=10, extra=False):
        self.name, self.about, self.commands = name, about, commands
        self.options, self.broker, self.minutes, self.extra = options, broker, minutes, extra


MESON = "meson test -C {build} --no-rebuild --print-errorlogs --suite "
SUITES = [
    Suite("tree", "who may include whom, no file without a licence line", ["python3 test/tree/check.py"], minutes=1),
    Suite("unit", "every module by itself", [MESON + "unit"], minutes=15),
    Suite("golden", "converters and transforms against what Kafka Connect did", [MESON + "golden"]),
    Suite("abi", "layout and growth of the plugin ABI", [MESON + "abi"]),
    Suite("sanitize", "the unit, golden and abi suites under AddressSanitizer and UBSan",
          [MESON + "unit --suite golden --suite abi"], options=["-Db_sanitize=address,undefined", "-Doptimization=1", "-Db_ndebug=false"],
          minutes=25, extra=True),
    Suite("thread", "worker and herder under ThreadSanitizer", [MESON + "thread --test-args='-tce=*embedded?broker*'"],
          options=["-Db_sanitize=thread", "-Doptimization=1", "-Db_ndebug=false"], minutes=20, extra=True),
    Suite("quickstart", "the README's first command, embedded broker", ["test/integration/quickstart.sh"], minutes=3),
    Suite("cli", "the millrace command: text in, text out", ["python3 test/integration/cli.py"], minutes=3),
    Suite("kafka", "the Kafka module against a real broker", [MESON + "kafka"], broker=True),
    Suite("rest", "the recorded REST conversation with the Java worker",
          ["test/integration/rest_replay.sh"], broker=True),
    Suite("parity", "Millrace and the Java worker side by side", ["python3 test/parity/run.py"], broker=True,
          minutes=10),
    Suite("faults", "kill -9, rebalances, broker restarts, hanging plugins",
          ["python3 test/integration/faults.py"], broker=True, minutes=12),
]


def build_dir(suite):
    return BUILD if suite.options is None else BUILD.parent / f"{BUILD.name}-{suite.name}"


def environment(broker):
    env = dict(os.environ)
    env["MILLRACE_SOURCE_ROOT"] = str(ROOT)
    env["MILLRACE_BUILD"] = str(BUILD)
    env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    if broker:
        env["MILLRACE_TEST_BOOTSTRAP"] = broker
    return env


def run(command, log, env, seconds):
    """The command's exit status, None when it had to be ended. Its whole process group ends with it."""
    with open(log, "ab") as out:
        process = subprocess.Popen(command, shell=True, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None


def meson_counts(build):
    """Cases passed, failed, skipped of the last `meson test`: doctest's own count, else one per program."""
    passed = failed = skipped = 0
    lines = (build / "meson-logs" / "testlog.json").read_text(encoding="utf-8").splitlines()
    for line in lines:
        test = json.loads(line)
        found = DOCTEST.search(test.get("stdout", "")) or None
        summary = [m for m in map(SUMMARY.match, test.get("stdout", "").splitlines()[-1:]) if m]
        ok = test["result"] in ("OK", "EXPECTEDFAIL")
        if found:
            good, bad = int(found.group(1)), int(found.group(2))
        elif summary:
            good, bad = int(summary[0].group(1)), int(summary[0].group(2))
        elif test["result"] == "SKIP":
            skipped += 1
            continue
        else:
            good, bad = (1, 0) if ok else (0, 1)
        passed += good
        failed += bad if ok else max(bad, 1)
    return passed, failed, skipped


def run_suite(suite, broker):
    """(passed, failed, skipped) of one suite."""
    build = build_dir(suite)
    log = LOGS / f"{suite.name}.log"
    log.write_bytes(b"")
    env = environment(broker)
    deadline = time.monotonic() + suite.minutes * 60
    if suite.options is not None:
        command = f"scripts/build --all {build} {' '.join(suite.options)}"
        if run(command, log, env, deadline - time.monotonic()) != 0:
            return 0, 1, 0
    total = [0, 0, 0]
    for command in suite.commands:
        with open(log, "ab") as out:
            out.write(f"$ {command}\n".encode())
        status = run(command.format(build=build), log, env, max(1, deadline - time.monotonic()))
        if command.startswith("meson test") and status is not None:
            counts = meson_counts(build)
        else:
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
            found = SUMMARY.match(tail[0]) if tail else None
            counts = tuple(int(g or 0) for g in found.groups()) if found else (0, 0, 0)
        if status is None:
            with open(log, "ab") as out:
                out.write(f"ended after {suite.minutes} minutes\n".encode())
        bad = status != 0 and counts[1] == 0
        empty = sum(counts) == 0
        counts = (counts[0], counts[1] + (1 if bad or empty else 0), counts[2])
        total = [a + b for a, b in zip(total, counts)]
    return tuple(total)


def service(*words):
    done = subprocess.run(["test/services/kafka", *words], cwd=ROOT, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900)
    return done.returncode, done.stdout


class Broker:
    """The Kafka broker that suites share: started at the first need, stopped at the end."""

    def __init__(self):
        self.address = None
        self.data = BUILD / "test-broker"

    def get(self):
        if self.address is None:
            status, text = service("start", "-p", "0", "-d", str(self.data))
            found = re.search(r"127\.0\.0\.1:\d+", text)
            if status != 0 or not found:
                raise RuntimeError(f"test/services/kafka start failed:\n{text}")
            self.address = found.group(0)
        return self.address

    def stop(self):
        if self.address is not None:
            service("stop", "-d", str(self.data))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*")
    parser.add_argument("--list", action="store_true", help="name the suites")
    parser.add_argument("--all", action="store_true", help="also those that otherwise run only when named")
    args = parser.parse_args()
    if args.list:
        for suite in SUITES:
            print(f"{suite.name:12} {suite.about}" + (" (only when named, or with --all)" if suite.extra else ""))
        return 0
    unknown = set(args.suites) - {s.name for s in SUITES}
    if unknown:
        parser.error(f"no such suite: {', '.join(sorted(unknown))}; --list names them")
    chosen = [s for s in SUITES if s.name in args.suites or not args.suites and (args.all or not s.extra)]

    LOGS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    print("building ...", flush=True)
    if subprocess.run(["scripts/build", "--all", str(BUILD)], cwd=ROOT, stdin=subprocess.DEVNULL).returncode != 0:
        print("0 passed, 1 failed")
        return 1
    print(f"built in {time.monotonic() - started:.0f} s", flush=True)

    broker, rows = Broker(), []
    try:
        for suite in chosen:
            began = time.monotonic()
            try:
                counts = run_suite(suite, broker.get() if suite.broker else None)
            except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
                (LOGS / f"{suite.name}.log").write_text(str(problem), encoding="utf-8")
                counts = (0, 1, 0)
            seconds = time.monotonic() - began
            rows.append((suite, counts, seconds))
            print(f"{suite.name:12} {counts[0]:5} passed {counts[1]:4} failed {counts[2]:4} skipped {seconds:6.0f} s",
                  flush=True)
            if counts[1]:
                log = LOGS / f"{suite.name}.log"
                print(f"--- end of {log.relative_to(BUILD.parent)}")
                print("\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-60:]), flush=True)
    finally:
        broker.stop()
    print(f"all in {time.monotonic() - started:.0f} s; logs in {LOGS.relative_to(BUILD.parent)}")
    passed, failed, skipped = (sum(r[1][i] for r in rows) for i in range(3))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
