# SPDX-License-Identifier: Apache-2.0
"""Two workers with the same sink share its partitions; one leaves and comes back. Every record gets into one of the
files, and a handover in peace repeats none."""
import threading

from harness.checks import wait_until
from harness.kafka import fresh
from harness.worker import Worker, file_sink

PARTITIONS = 4


class Producer:
    """Numbered records to all partitions in turn, in the background."""

    def __init__(self, kafka, topic):
        self.kafka, self.topic, self.count = kafka, topic, 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._thread.start()

    def _loop(self):
        while not self._stop.wait(0.05):
            for partition in range(PARTITIONS):
                self.kafka.produce(self.topic, [f"{self.count + i}" for i in range(25)], partition)
                self.count += 25

    def stop(self):
        self._stop.set()
        self._thread.join()


def numbers(path):
    try:
        return [int(line) for line in path.read_bytes().split(b"\n")[:-1]]
    except FileNotFoundError:
        return []


def run(checks, context):
    kafka, name = context.kafka, fresh("rebalance")
    topic = kafka.create(fresh("rebalance"), PARTITIONS)
    folder = context.folder / "rebalance"
    files = {who: folder / f"{who}.out" for who in "ab"}
    # one partition assignment lasts long: only what a revoke commits is committed in time
    settings = {"offset.flush.interval.ms": "60000", "consumer.session.timeout.ms": "6000"}

    def worker(who):
        return Worker("millrace", folder / who, kafka.bootstrap, [file_sink(name, files[who], topic)], **settings)

    workers = {"a": worker("a").start()}
    producer = Producer(kafka, topic)

    def grows(who, what):
        before = len(numbers(files[who]))
        ok = wait_until(lambda: len(numbers(files[who])) > before + 100, 40, pause=0.1)
        if not checks.check(ok, f"{what}: worker {who} gets no records"):
            print(workers[who].log_tail())

    try:
        grows("a", "alone")
        workers["b"] = worker("b").start()
        grows("b", "after b joined")
        grows("a", "after b joined")
        checks.equal(workers["a"].stop()[1], 0, "exit status of a, which left")
        grows("b", "after a left")
        workers["a"] = worker("a").start()
        grows("a", "after a came back")
        producer.stop()
        everything = set(range(producer.count))
        wait_until(lambda: set(numbers(files["a"])) | set(numbers(files["b"])) >= everything, 40, pause=0.2)
        for who in "ab":
            checks.equal(workers[who].stop()[1], 0, f"exit status of {who} at the end")
        got = numbers(files["a"]) + numbers(files["b"])
        checks.equal(sorted(everything - set(got))[:5], [], "records that are in neither file")
        checks.equal(len(got) - len(set(got)), 0, "records that came twice though every handover was clean")
    finally:
        producer.stop()
        for one in workers.values():
            one.kill()
        kafka.delete(topic)
