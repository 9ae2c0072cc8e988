# SPDX-License-Identifier: Apache-2.0
"""SIGTERM in the middle of the stream, several times: the last offsets are committed, so nothing comes twice."""
from harness.checks import wait_until

from .pipeline import Pipeline

ROUNDS = 8


def run(checks, context):
    # the offsets of this scenario are those that the stop itself commits
    pipeline = Pipeline(context, "clean-stop", **{"offset.flush.interval.ms": "600000"})
    try:
        for number in range(ROUNDS):
            last = number == ROUNDS - 1
            pipeline.writer.write(2000)
            worker = pipeline.worker().start()
            had = len(pipeline.numbers)
            wait_until(lambda: worker.ended() or pipeline.kafka.high(pipeline.topic) > had, 30)
            if last:
                checks.check(wait_until(lambda: worker.ended() or pipeline.arrived(), 30),
                             "not every line arrived within 30 s")
            seconds, status = worker.stop(30)
            if not checks.equal(status, 0, f"stop {number}: exit status after {seconds:.1f} s"):
                print(worker.log_tail())
                return
            pipeline.check_offsets(checks, worker, f"stop {number}")
            pipeline.read_topic()
            checks.equal(pipeline.in_topic.again, 0, f"stop {number}: lines repeated in the topic")
            checks.equal(pipeline.in_sink.again, 0, f"stop {number}: lines repeated in the sink's file")
        pipeline.check_end(checks, worker, "after the last stop")
        checks.equal(pipeline.in_sink.torn, [], "lines in the sink's file that are no line")
    finally:
        pipeline.close()
