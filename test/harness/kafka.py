# SPDX-License-Identifier: Apache-2.0
"""The broker as the suites see it: through kcat and test/bench/probe, never through the runtime."""
import subprocess
import threading
import uuid
from collections import namedtuple

from . import paths

Record = namedtuple("Record", "partition offset key value headers")


def fresh(prefix):
    """A name that no earlier run used."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


class Kafka:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap

    def probe(self, *words, timeout=60):
        return subprocess.run([paths.probe(), self.bootstrap, *map(str, words)], check=True, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=timeout).stdout

    def create(self, topic, partitions=1):
        self.probe("create", topic, partitions)
        return topic

    def delete(self, *topics):
        self.probe("delete", *topics)

    def high(self, topic, partition=0):
        return int(self.probe("high", topic, partition))

    def committed(self, group, topic, partition=0):
        return int(self.probe("committed", group, topic, partition))

    def produce(self, topic, lines, partition=None):
        """One record per line, by kcat."""
        command = ["kcat", "-b", self.bootstrap, "-P", "-t", topic]
        if partition is not None:
            command += ["-p", str(partition)]
        subprocess.run(command, input="".join(f"{line}\n" for line in lines).encode(), check=True, timeout=60)

    def records(self, topic, start=0, timeout=120):
        """All records from `start` on, of all partitions, each partition in its order; none when there is no topic."""
        done = subprocess.run(["kcat", "-b", self.bootstrap, "-C", "-q", "-e", "-t", topic, "-o",
                               str(start) if start else "beginning", "-f", "%p %o %K %S %h\n%k%s\n",
                               "-X", "check.crcs=true"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              timeout=timeout)
        if done.returncode != 0:
            text = done.stderr.decode(errors="replace").strip()
            if "Unknown topic or partition" in text:
                return []
            raise RuntimeError(f"kcat cannot read {topic}: {text}")
        return parse(done.stdout)


def parse(data):
    """Records out of kcat's output in the format above; key and value may hold any bytes."""
    found, at = [], 0
    while at < len(data):
        newline = data.index(b"\n", at)
        partition, offset, key_size, size, headers = data[at:newline].split(b" ", 4)
        key_size, size, at = int(key_size), int(size), newline + 1
        key = data[at:at + key_size] if key_size >= 0 else None
        at += max(key_size, 0)
        value = data[at:at + size] if size >= 0 else None
        at += max(size, 0)
        if data[at:at + 1] != b"\n":
            raise ValueError(f"kcat's output has no end of record at byte {at}")
        at += 1
        found.append(Record(int(partition), int(offset), key, value, headers))
    return found


class Broker:
    """A broker of one's own, for tests that stop it; test/services/kafka does the work."""

    def __init__(self, data):
        self.data = str(data)
        self.bootstrap = None

    def _service(self, *words):
        return subprocess.run([paths.KAFKA_SERVICE, *words, "-d", self.data], check=True, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=300).stdout

    def start(self):
        self.bootstrap = self._service("start", "-p", "0").split(" on ")[1].split(",")[0]
        return self.bootstrap

    def pid(self):
        with open(f"{self.data}/broker.pid", encoding="ascii") as f:
            return int(f.read())

    def stop(self):
        self._service("stop")

    def wipe(self):
        self._service("wipe")


class Follower:
    """Reads a topic as it grows, with arrival times: [(monotonic ns, value text)] in `seen`."""

    def __init__(self, bootstrap, topic, seconds=600):
        self.seen = []
        self._process = subprocess.Popen([paths.probe(), bootstrap, "follow", topic, str(seconds)],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for line in self._process.stdout:
            ns, _, value = line.rstrip("\n").partition(" ")
            self.seen.append((int(ns), value))

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._thread.join()
