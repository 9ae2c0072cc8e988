# SPDX-License-Identifier: Apache-2.0
"""One file through Kafka into another file, and an independent reader that counts what arrived.

The source file holds numbered lines, so that the reader can tell loss, repetition and disorder apart. The reader looks
at the topic through kcat and at the files themselves, never at what the worker says of its work.
"""
import bisect
import os
import random
import threading

from harness import java_offsets
from harness.kafka import fresh
from harness.worker import Worker, file_sink, file_source


class Writer:
    """Appends numbered lines to a file; ends[i] is where line i ends. Start it as a thread or call write()."""

    def __init__(self, path, rng, ends=()):
        self.path, self.rng = path, rng
        self.ends = list(ends)
        self._stop = threading.Event()
        self._thread = None
        self._file = open(path, "ab", buffering=0)

    def write(self, count):
        for _ in range(count):
            number = len(self.ends)
            line = b"%08d %s\n" % (number, b"." * self.rng.randrange(200))
            if self.rng.random() < 0.05:  # its end comes a little later
                self._file.write(line[:5])
                self._stop.wait(0.001)
                line = line[5:]
            self._file.write(line)
            self.ends.append(self._file.tell())

    def run_behind(self, lines_per_burst=20, pause=0.02):
        def loop():
            while not self._stop.wait(pause):
                self.write(self.rng.randrange(lines_per_burst))
        self._thread = threading.Thread(target=loop, daemon=True)
        self._thread.start()

    def stop(self):
        self._stop.set()
        if self._thread:
            self._thread.join()
        self._file.close()

    def resumed(self):
        """A writer that goes on where this one, which has been stopped, ended."""
        return Writer(self.path, self.rng, self.ends)


class Lines:
    """Numbered lines as they arrive somewhere: how far without a gap, how many again, how many out of order."""

    def __init__(self):
        self.prefix = 0      # all lines below have been seen
        self.again = 0
        self.ahead = set()   # seen, though one before them has not been
        self.torn = []

    def add(self, text):
        head = text[:8]
        if len(text) < 9 or not head.isdigit() or text[8:9] != b" " or text[9:].strip(b"."):
            self.torn.append(text)
            return None
        number = int(head)
        if number < self.prefix or number in self.ahead:
            self.again += 1
        elif number > self.prefix:
            self.ahead.add(number)
        else:
            self.prefix += 1
            while self.prefix in self.ahead:
                self.ahead.remove(self.prefix)
                self.prefix += 1
        return number


class Pipeline:
    """The files, the topic, a worker for them, and the reader's books."""

    def __init__(self, context, name, **worker_settings):
        self.kafka = context.kafka
        self.folder = context.folder / name
        self.folder.mkdir(parents=True)
        self.rng = random.Random(context.seed)
        self.source, self.sink = self.folder / "in.txt", self.folder / "out.txt"
        self.topic, self.mark = fresh(name), fresh(name)
        self.kafka.create(self.topic)
        self.writer = Writer(self.source, self.rng)
        self.in_topic, self.in_sink = Lines(), Lines()
        self.numbers = []        # of the topic's records, by offset
        self._sink_read = 0
        self._checked = 0
        self.settings = worker_settings
        self.source_name, self.sink_name = f"{self.mark}-source", f"{self.mark}-sink"

    def worker(self, folder="worker"):
        """A new worker process in the same folder, hence with the same offset file; not started yet."""
        return Worker("millrace", self.folder / folder, self.kafka.bootstrap,
                      [file_source(self.source_name, self.source, self.topic),
                       file_sink(self.sink_name, self.sink, self.topic)], **self.settings)

    def position(self, worker):
        return java_offsets.positions(worker.offsets).get((self.source_name, str(self.source)), 0)

    def read_topic(self):
        for record in self.kafka.records(self.topic, len(self.numbers)):
            self.numbers.append(self.in_topic.add(record.value))

    def read_sink(self):
        """Takes in what has been appended to the sink's file since; a last line without its end stays for later."""
        try:
            with open(self.sink, "rb") as f:
                f.seek(self._sink_read)
                data = f.read()
        except FileNotFoundError:
            return
        complete = data[:data.rfind(b"\n") + 1]
        self._sink_read += len(complete)
        for line in complete.split(b"\n")[:-1]:
            self.in_sink.add(line)

    def arrived(self):
        """Is every line that the writer wrote in the sink's file?"""
        self.read_sink()
        return self.in_sink.prefix >= len(self.writer.ends)

    def check_offsets(self, checks, worker, when):
        """What was committed must have arrived: the source's position in the topic, the group's offset in the file."""
        try:
            position = self.position(worker)
        except (java_offsets.Malformed, KeyError, ValueError) as problem:
            checks.check(False, f"{when}: the offset file is damaged: {problem}")
            return
        self.read_topic()
        lines = bisect.bisect_right(self.writer.ends, position)
        checks.check(position == 0 or self.writer.ends[lines - 1] == position,
                     f"{when}: position {position} is not at the end of a line")
        checks.check(lines <= self.in_topic.prefix,
                     f"{when}: position {position} is past line {lines - 1}, the topic has the first "
                     f"{self.in_topic.prefix} lines")
        self.read_sink()
        committed = self.kafka.committed(f"connect-{self.sink_name}", self.topic)
        missing = [n for n in self.numbers[self._checked:max(committed, self._checked)]
                   if n is not None and n >= self.in_sink.prefix and n not in self.in_sink.ahead]
        checks.check(not missing, f"{when}: the group committed offset {committed}, but lines {missing[:5]} of the "
                                  "records before it are not in the sink's file")
        self._checked = max(committed, self._checked)

    def check_end(self, checks, worker, what):
        """After a clean stop with everything arrived."""
        total = len(self.writer.ends)
        self.read_topic()
        self.read_sink()
        checks.equal(self.in_topic.prefix, total, f"{what}: lines in the topic without a gap")
        checks.check(not self.in_topic.ahead, f"{what}: lines in the topic after a gap: {sorted(self.in_topic.ahead)[:5]}")
        checks.equal(self.in_topic.torn, [], f"{what}: records in the topic that are no line")
        checks.equal(self.in_sink.prefix, total, f"{what}: lines in the sink's file without a gap")
        checks.equal(self.position(worker), os.path.getsize(self.source), f"{what}: the position after a clean stop")
        checks.equal(self.kafka.committed(f"connect-{self.sink_name}", self.topic), len(self.numbers),
                     f"{what}: the group's offset after a clean stop")

    def close(self):
        self.writer.stop()
        self.kafka.delete(self.topic)
