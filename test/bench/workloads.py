# SPDX-License-Identifier: Apache-2.0
"""The workloads of scripts/bench: each runs once for one contender and returns its figures.

Figures of a stream: `per_million` CPU-seconds of the worker and its children per million records, from the first record
that was seen at the far end to the last one (start-up is not in it); `wall` and `rate` of the same span; `hwm` and `rss`
in MiB; `foreign`, the cores that all other processes but worker, broker and this driver kept busy meanwhile.
"""
import json
import os
import shutil
import subprocess
import tempfile
import time

from harness import paths
from harness.kafka import Follower, fresh
from harness.process import cpu_seconds, machine_cpu_seconds, memory
from harness.worker import JSON, STRING, Worker, file_sink, file_source

LIMIT = 600
# What an administrator sets who wants throughput.
TUNED = {"producer.linger.ms": "20", "producer.batch.size": "262144", "producer.compression.type": "lz4",
         "producer.buffer.memory": "67108864"}
TUNED_BARE = ["linger.ms=20", "batch.size=262144", "compression.codec=lz4"]
CONVERTERS = {"string": STRING, "json": JSON}


def make_lines(path, count, size=100):
    """`count` lines of `size` bytes: text that compresses like a log, with some quotes; the same each time."""
    words = 'the quick brown fox jumps over the lazy dog while a "quoted" word follows path/to/file.log status=200 ok'
    words = words.split(" ")
    state = 12345
    with open(path + ".new", "w", encoding="ascii", buffering=1 << 20) as f:
        for number in range(count):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            k = state >> 16
            text = " ".join(words[(k + j * (1 + k % 7)) % len(words)] for j in range(24))
            f.write(f"{number:09d} {state:08x} {text}"[:size - 1].ljust(size - 1, ".") + "\n")
    os.rename(path + ".new", path)


class Load:
    """Cores that processes other than those of `pids` kept busy since this was made."""

    def __init__(self, pids):
        self.pids, self.began = pids, time.monotonic()
        self.start = machine_cpu_seconds() - self._own()

    def _own(self):
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system
        return own + sum(cpu_seconds(p) for p in self.pids)

    def foreign(self):
        seconds = time.monotonic() - self.began
        return max(0.0, (machine_cpu_seconds() - self._own() - self.start) / seconds) if seconds else 0.0


class Bench:
    """The broker, the input, and a folder for what the runs leave behind."""

    def __init__(self, kafka, broker_pid, folder, count):
        self.kafka, self.broker_pid, self.folder, self.count = kafka, broker_pid, str(folder), count
        self.input = f"{self.folder}/lines-{count}.txt"
        if not os.path.exists(self.input):
            make_lines(self.input, count)
        self.filled = {}

    def workplace(self):
        """An empty folder for one run; what is in it afterwards is only of interest when the run failed."""
        return tempfile.mkdtemp(prefix="run-", dir=self.folder)

    def bare(self, *words):
        load = Load([self.broker_pid])
        done = subprocess.run([paths.bare_client(), words[0], self.kafka.bootstrap, *words[1:]], check=True, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=LIMIT)
        figures = json.loads(done.stdout)
        return {"per_million": figures["cpu"] / figures["records"] * 1e6, "wall": figures["wall"],
                "rate": figures["records"] / figures["wall"], "hwm": figures["hwm"], "rss": figures["hwm"],
                "foreign": load.foreign()}

    def topic_of(self, kind):
        """A topic that holds the input, made once."""
        if kind not in self.filled:
            topic = self.filled[kind] = self.kafka.create(fresh(f"bench-{kind}"))
            self.bare("produce", topic, kind, "one", self.input)
        return self.filled[kind]


def java_options(contender):
    return {"plugin.discovery": "service_load"} if contender.startswith("java") else {}


def kind_of(contender):
    return "java" if contender.startswith("java") else "millrace"


class Span:
    """CPU and time from the first sight of data at the far end to the last."""

    def __init__(self, bench, worker):
        self.bench, self.worker = bench, worker

    def first(self, seen):
        self.seen, self.began, self.cpu = seen, time.monotonic(), cpu_seconds(self.worker.pid)
        self.load = Load([self.worker.pid, self.bench.broker_pid])

    def last(self):
        wall = time.monotonic() - self.began
        time.sleep(0.2)  # acknowledgements and commits belong to the work
        records = self.bench.count - self.seen
        figures = {"per_million": (cpu_seconds(self.worker.pid) - self.cpu) / records * 1e6, "wall": wall,
                   "rate": records / wall, "foreign": self.load.foreign()}
        figures.update({k: v for k, v in memory(self.worker.pid).items() if k in ("hwm", "rss", "threads")})
        return figures


def source(bench, contender, kind):
    topic = bench.kafka.create(fresh("bench-source"))
    try:
        if contender.startswith("bare"):
            how = contender.split("-")[1]
            settings = TUNED_BARE if "tuned" in contender else []
            return bench.bare("produce", topic, kind, how, bench.input, *settings)
        more = {**java_options(contender), **(TUNED if contender.endswith("tuned") else {})}
        worker = Worker(kind_of(contender), bench.workplace(), bench.kafka.bootstrap,
                        [file_source("bench", bench.input, topic)], CONVERTERS[kind], **more)
        watch = subprocess.Popen([paths.probe(), bench.kafka.bootstrap, "watch", topic, str(bench.count), str(LIMIT)],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        worker.start()
        try:
            span, figures = Span(bench, worker), None
            for line in watch.stdout:
                what, _, seen = line.split()
                if what == "first":
                    span.first(int(seen))
                else:
                    figures = span.last()
        finally:
            watch.terminate()
            watch.wait()
            worker.stop()
        if figures is None:
            raise RuntimeError(f"{contender}: the records did not arrive in {LIMIT} s\n{worker.log_tail()}")
        got = bench.kafka.high(topic)
        if got != bench.count:
            raise RuntimeError(f"{contender}: {got} records in the topic instead of {bench.count}")
        return figures
    finally:
        bench.kafka.delete(topic)


def sink(bench, contender, kind):
    topic, place = bench.topic_of(kind), bench.workplace()
    out, want = f"{place}/out.txt", os.path.getsize(bench.input)
    if contender.startswith("bare"):
        figures = bench.bare("consume", topic, kind, str(bench.count), out)
        shutil.rmtree(place)
        return figures
    worker = Worker(kind_of(contender), place, bench.kafka.bootstrap, [file_sink(fresh("bench-sink"), out, topic)],
                    CONVERTERS[kind], **java_options(contender)).start()
    try:
        span, size, end = Span(bench, worker), 0, time.monotonic() + LIMIT
        while size < want:
            before, size = size, os.path.getsize(out) if os.path.exists(out) else 0
            if size and not before:
                span.first(size * bench.count // want)
            if worker.ended() or time.monotonic() > end:
                raise RuntimeError(f"{contender}: {size} of {want} bytes in the sink's file\n{worker.log_tail()}")
            time.sleep(0.01)
        figures = span.last()
    finally:
        worker.stop()
    same = subprocess.run(["cmp", "-s", out, bench.input], check=False).returncode == 0
    if not same:
        raise RuntimeError(f"{contender}: the sink's file differs from the input, see {out}")
    shutil.rmtree(place)
    return figures


def start(bench, contender):
    """From the start of the process until REST answers, and memory after three idle seconds."""
    more = {} if contender == "java" else java_options(contender)
    worker = Worker(kind_of(contender), bench.workplace(), bench.kafka.bootstrap, [], JSON, **more)
    load = Load([bench.broker_pid])
    worker.start()
    try:
        seconds = worker.wait_rest(pause=0.001)
        cpu, foreign = cpu_seconds(worker.pid), load.foreign()
        time.sleep(3)
        return {"start": seconds, "cpu": cpu, "foreign": foreign, **memory(worker.pid)}
    finally:
        worker.stop()


def latency(bench, contender, count=400, every=0.05):
    """A line is appended every 50 ms; until a consumer has it."""
    topic, place = bench.kafka.create(fresh("bench-latency")), bench.workplace()
    path = f"{place}/in.txt"
    worker = Worker(kind_of(contender), place, bench.kafka.bootstrap, [file_source("latency", path, topic)],
                    **java_options(contender))
    with open(path, "w", encoding="ascii", buffering=1) as f:
        follower = Follower(bench.kafka.bootstrap, topic)
        worker.start()
        try:
            worker.wait_rest()
            end = time.monotonic() + 60
            while not follower.seen:  # the whole way is open
                f.write("warm\n")
                time.sleep(0.2)
                if time.monotonic() > end:
                    raise RuntimeError(f"{contender}: nothing arrives\n{worker.log_tail()}")
            for _ in range(20):
                f.write("warm\n")
                time.sleep(0.1)
            load = Load([worker.pid, bench.broker_pid])
            due = time.monotonic()
            for _ in range(count):
                f.write(f"{time.monotonic_ns()}\n")
                due += every
                time.sleep(max(0.0, due - time.monotonic()))
            foreign = load.foreign()
            end = time.monotonic() + 10
            took = []
            while len(took) < count and time.monotonic() < end:
                took = sorted((ns - int(text)) / 1e6 for ns, text in list(follower.seen) if text.isdigit())
                time.sleep(0.05)
        finally:
            follower.stop()
            worker.stop()
            bench.kafka.delete(topic)
    if len(took) < count:
        raise RuntimeError(f"{contender}: {len(took)} of {count} lines arrived")
    return {"p50": took[count // 2], "p95": took[count * 95 // 100], "p99": took[count * 99 // 100], "max": took[-1],
            "foreign": foreign}


def many(bench, contender, count=100):
    """100 FileStream sources created through REST one after the other, until all are RUNNING."""
    topic, place = bench.kafka.create(fresh("bench-many")), bench.workplace()
    worker = Worker(kind_of(contender), place, bench.kafka.bootstrap, [], JSON, **java_options(contender)).start()
    try:
        worker.wait_rest()
        for i in range(count):
            with open(f"{place}/in-{i}.txt", "w", encoding="ascii") as f:
                f.write("one line\n")
        load, began = Load([worker.pid, bench.broker_pid]), time.monotonic()
        for i in range(count):
            config = file_source(f"many-{i}", f"{place}/in-{i}.txt", topic)
            del config["name"]
            worker.rest(f"/connectors/many-{i}/config", "PUT", config, timeout=90)
        while not worker.all_running(count):
            if worker.ended() or time.monotonic() - began > 120:
                raise RuntimeError(f"{contender}: not all RUNNING\n{worker.log_tail()}")
            time.sleep(0.01)
        seconds, foreign = time.monotonic() - began, load.foreign()
        end = time.monotonic() + 30
        while bench.kafka.high(topic) < count and time.monotonic() < end:
            time.sleep(0.1)
        if bench.kafka.high(topic) < count:
            raise RuntimeError(f"{contender}: {bench.kafka.high(topic)} of {count} lines arrived")
        idle, cpu = time.monotonic(), cpu_seconds(worker.pid)
        time.sleep(5)
        idle_cores = (cpu_seconds(worker.pid) - cpu) / (time.monotonic() - idle)
        return {"all_running": seconds, "idle_cores": idle_cores, "foreign": foreign, **memory(worker.pid)}
    finally:
        worker.stop(90)
        bench.kafka.delete(topic)


SOURCES = ["java", "java-tuned", "millrace", "millrace-tuned", "bare-one", "bare-va", "bare-batch", "bare-batch-tuned"]
# name -> (contenders, how to run one of them)
WORKLOADS = {
    "source-string": (SOURCES, lambda b, c: source(b, c, "string")),
    "source-json": (SOURCES, lambda b, c: source(b, c, "json")),
    "sink-string": (["java", "millrace", "bare"], lambda b, c: sink(b, c, "string")),
    "sink-json": (["java", "millrace", "bare"], lambda b, c: sink(b, c, "json")),
    "start": (["java", "java-trimmed", "millrace"], start),
    "latency": (["java", "millrace"], latency),
    "many": (["java", "millrace"], many),
}
