#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Parity: FileStreamSource -> topic -> FileStreamSink by the Java worker and by Millrace, on the same files.

  quickstart   one source, one sink: topic, sink file and offset file byte for byte the same
  inputs       every file of inputs.py: the same topics and sink files; the offset file by its entries
  takeover     each worker goes on with the other's offset file, topics, groups and sink files where it stopped

each with StringConverter and with JsonConverter and its schemas. Timestamps are not compared. Where Java's connector
counts characters and so loses its place in text that is not ASCII, Millrace counts bytes: checked by name, see README.md.

run.py [--only NAME[,NAME]] [--keep]     needs MILLRACE_TEST_BOOTSTRAP
"""
import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import java_offsets  # noqa: E402
from harness.checks import Checks, bootstrap, wait_until  # noqa: E402
from harness.kafka import Kafka, fresh  # noqa: E402
from harness.worker import JSON, STRING, Worker, file_sink, file_source  # noqa: E402
from inputs import INPUTS, lines  # noqa: E402

CONVERTERS = {"string": STRING, "json": JSON}
EXIT = {"java": 143, "millrace": 0}  # the JVM ends by the signal; differs on purpose
SECONDS = 240  # a Java worker on a busy machine takes more than a minute to start


class Installation:
    """One worker's folder, topics and sink files; the workers take turns in it."""

    def __init__(self, owner, folder, source_files, converter):
        self.owner, self.converter = owner, converter
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.files = source_files  # {input name: path}
        mark = fresh(owner)
        self.topics = {name: f"{mark}-{name}" for name in source_files}
        self.sinks = {name: self.folder / f"{name}.out" for name in source_files}
        # connector names are the same in every installation: they are keys of the offset file
        self.connectors = [c for name, path in source_files.items() for c in
                           (file_source(f"source-{name}", path, self.topics[name]),
                            file_sink(f"sink-{name}", self.sinks[name], self.topics[name]))]

    def run(self, kind, checks, kafka, expected):
        """Lets a worker of `kind` run here until each sink file has its `expected` lines, and stops it."""
        # service_load: Java's default scan costs five seconds of its start and nothing else
        more = {"plugin.discovery": "service_load"} if kind == "java" else {}
        worker = Worker(kind, self.folder, kafka.bootstrap, self.connectors, CONVERTERS[self.converter], **more).start()
        try:
            done = wait_until(lambda: worker.ended() or all(_size(self.sinks[n]) >= sum(len(t.encode()) + 1 for t in e)
                                                            for n, e in expected.items()), SECONDS, pause=0.05)
            ended = worker.ended()
            running = not ended and worker.all_running(len(self.connectors))
        finally:
            _, status = worker.stop()
        what = f"{self.converter}: {kind} in the folder of {self.owner}"
        if not checks.check(done and not ended, f"{what} did not bring all lines through within {SECONDS} s, or ended"):
            print(worker.log_tail())
        checks.check(ended or running, f"{what}: not every connector and task RUNNING")
        checks.equal(status, EXIT[kind], f"{what}: exit status after SIGTERM")


def _size(path):
    try:
        return path.stat().st_size
    except OSError:
        return 0


def records(kafka, topic):
    return [r[1:] if r.partition == 0 else r for r in kafka.records(topic)]


def content(path):
    """What is in the file; nothing when a worker did not get as far as making it."""
    return path.read_bytes() if path.exists() else b""


def quickstart(checks, kafka, folder, converter):
    source = folder / "test.txt"
    source.write_bytes(b"foo\nbar\n")
    expected = {"quickstart": ["foo", "bar"]}
    homes = {}
    for kind in ("java", "millrace"):
        home = homes[kind] = Installation(kind, folder / kind, {"quickstart": source}, converter)
        home.run(kind, checks, kafka, expected)
    java, millrace = homes["java"], homes["millrace"]
    topics = {kind: records(kafka, home.topics["quickstart"]) for kind, home in homes.items()}
    checks.equal(topics["millrace"], topics["java"], f"{converter}: the quickstart's topic")
    checks.equal(len(topics["java"]), 2, f"{converter}: records in Java's topic")
    checks.equal(content(millrace.sinks["quickstart"]), content(java.sinks["quickstart"]),
                 f"{converter}: the quickstart's sink file")
    files = {kind: content(home.folder / "connect.offsets") for kind, home in homes.items()}
    checks.equal(files["millrace"], files["java"], f"{converter}: the quickstart's offset file, byte for byte")


def compare_topics(checks, kafka, homes, converter, names, when):
    for name in names:
        java, millrace = (records(kafka, homes[kind].topics[name]) for kind in ("java", "millrace"))
        checks.equal(millrace, java, f"{converter}, {name}, {when}: the topic")
        java, millrace = (content(homes[kind].sinks[name]) for kind in ("java", "millrace"))
        checks.equal(millrace, java, f"{converter}, {name}, {when}: the sink file")


def inputs(checks, kafka, folder, converter):
    files, homes = {}, {}
    for case in INPUTS:
        files[case.name] = folder / f"{case.name}.in"
        files[case.name].write_bytes(case.first)
    expected = {case.name: lines(case.first)[0] for case in INPUTS}
    for kind in ("java", "millrace"):
        homes[kind] = Installation(kind, folder / kind, files, converter)
        homes[kind].run(kind, checks, kafka, expected)
    compare_topics(checks, kafka, homes, converter, files, "first run")
    for case in INPUTS:
        checks.equal(content(homes["java"].sinks[case.name]),
                     "".join(t + "\n" for t in expected[case.name]).encode(),
                     f"{converter}, {case.name}: what inputs.py says Java makes of it")

    positions, raw = {}, {}
    for kind, home in homes.items():
        path = home.folder / "connect.offsets"
        positions[kind] = {key[0].removeprefix("source-"): n for key, n in java_offsets.positions(path).items()}
        raw[kind] = dict(java_offsets.entries(path.read_bytes())) if path.exists() else {}
    for case in INPUTS:
        _, used_bytes, used_units = lines(case.first)
        checks.equal(positions["java"].get(case.name), used_units,
                     f"{converter}, {case.name}: Java's position counts UTF-16 units")
        checks.equal(positions["millrace"].get(case.name), used_bytes,
                     f"{converter}, {case.name}: Millrace's position counts bytes")
    same = {case.name for case in INPUTS if lines(case.first)[1] == lines(case.first)[2]}
    for key, value in raw["java"].items():
        if any(f'"source-{name}"'.encode() in key for name in same):
            checks.equal(raw["millrace"].get(key), value, f"{converter}: value of the offset entry {key!r}")
    checks.equal(set(raw["millrace"]), set(raw["java"]), f"{converter}: keys of the offset file")
    takeover(checks, kafka, homes, converter, positions, expected, same)


def takeover(checks, kafka, homes, converter, positions, expected, same):
    """Each worker in the other's folder, after the inputs have grown."""
    for case in INPUTS:
        with open(homes["java"].files[case.name], "ab") as f:
            f.write(case.appended)
    for kind, home in homes.items():
        other = "millrace" if kind == "java" else "java"
        after = {}
        for case in INPUTS:
            data = case.first + case.appended
            # Both skip as many bytes as the file says, so after Java's own count of characters both repeat a piece.
            after[case.name] = expected[case.name] + lines(data[positions[kind].get(case.name, 0):])[0]
            if case.name in same:
                checks.equal(after[case.name], lines(data)[0], f"{case.name}: the cases are sound")
        home.run(other, checks, kafka, after)
        for case in INPUTS:
            got = content(home.sinks[case.name])
            checks.equal(got, "".join(t + "\n" for t in after[case.name]).encode(),
                         f"{converter}, {case.name}: {other} goes on where {kind} stopped: the sink file")
    compare_topics(checks, kafka, homes, converter, same, "after each took over from the other")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="quickstart,inputs")
    parser.add_argument("--keep", action="store_true", help="keep the workers' folders")
    args = parser.parse_args()
    parts = {"quickstart": quickstart, "inputs": inputs}
    checks, kafka = Checks(), Kafka(bootstrap())
    base = Path(tempfile.mkdtemp(prefix="millrace-parity."))
    try:
        for name in args.only.split(","):
            for converter in CONVERTERS:
                folder = base / name / converter
                folder.mkdir(parents=True)
                parts[name](checks, kafka, folder, converter)
    finally:
        if args.keep:
            print(f"the workers' folders are in {base}")
        else:
            shutil.rmtree(base)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
