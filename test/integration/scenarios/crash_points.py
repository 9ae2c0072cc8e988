# SPDX-License-Identifier: Apache-2.0
"""The worker dies at each named place of its code (runtime/base/crash_point.h): nothing is lost, no offset is ahead.

The names are read from the sources, so a new crash point is tested without being listed here. Each is tried at its first
and at its third passing: the third finds offsets that an earlier one has left.
"""
import re

from harness import paths
from harness.checks import wait_until

from .pipeline import Pipeline

POINT = re.compile(r'\bCrashPoint\("([^"]+)"\)')
SECONDS = 30


def names():
    found = set()
    for path in (paths.ROOT / "runtime").rglob("*.cc"):
        found |= set(POINT.findall(path.read_text(encoding="utf-8")))
    return sorted(found)


def run(checks, context):
    points = names()
    checks.check(points, "no crash point found in runtime/")
    for name in points:
        for passing in (1, 3):
            crash(checks, context, name, passing)


def crash(checks, context, name, passing):
    when = f"crash at {name}, passing {passing}"
    pipeline = Pipeline(context, f"crash-{name}-{passing}", **{"offset.flush.interval.ms": "50",
                                                              "consumer.session.timeout.ms": "500",
                                                              "consumer.heartbeat.interval.ms": "150"})
    try:
        pipeline.writer.write(300)
        pipeline.writer.run_behind()  # so that there is always something to send and to commit
        worker = pipeline.worker().start({"MILLRACE_CRASH_AT": f"{name}:{passing}"})
        status = worker.wait(SECONDS)
        if status is None:  # some places are passed only when the worker stops
            status = worker.stop()[1]
        checks.equal(status, -9, f"{when}: exit status of a worker that dies there")
        pipeline.check_offsets(checks, worker, when)
        pipeline.writer.stop()
        worker = pipeline.worker().start()
        if not checks.check(wait_until(lambda: worker.ended() or pipeline.arrived(), SECONDS) and not worker.ended(),
                            f"{when}: not every line arrived within {SECONDS} s"):
            print(worker.log_tail())
        checks.equal(worker.stop()[1], 0, f"{when}: exit status of the next worker")
        pipeline.check_end(checks, worker, when)
    finally:
        pipeline.close()
