# SPDX-License-Identifier: Apache-2.0
"""The broker goes away and comes back under a running worker: nothing FAILED, REST answers, nothing lost.

And a worker that is told to stop while the broker is away comes to an end.
"""
import time

from harness.checks import wait_until
from harness.kafka import Broker, Kafka

from .pipeline import Pipeline

AWAY_SECONDS = 4
STOP_SECONDS = 20


def run(checks, context):
    broker = Broker(context.folder / "broker")
    try:
        pipeline = Pipeline(context.at(Kafka(broker.start())), "broker-restart", **{"offset.flush.interval.ms": "200"})
        worker = pipeline.worker().start()
        try:
            outage(checks, broker, pipeline, worker)
            stop_during_outage(checks, broker, pipeline, worker)
        finally:
            worker.kill()
            pipeline.writer.stop()
    finally:
        broker.wipe()


def outage(checks, broker, pipeline, worker):
    pipeline.writer.write(500)
    checks.check(wait_until(lambda: worker.ended() or pipeline.arrived(), 60), "before the outage: lines are missing")
    pipeline.writer.run_behind()
    broker.stop()
    end = time.monotonic() + AWAY_SECONDS
    calm = True
    while time.monotonic() < end:
        calm = calm and worker.all_running(2)
        time.sleep(0.2)
    checks.check(calm, "during the outage: REST did not answer, or something was not RUNNING")
    broker.start()
    time.sleep(1)  # writes go on for a moment after the return
    pipeline.writer.stop()
    checks.check(wait_until(lambda: worker.ended() or pipeline.arrived(), 60),
                 "after the outage: not every line arrived within 60 s")
    if not checks.check(worker.all_running(2), "after the outage: not everything RUNNING"):
        print(worker.log_tail())
    pipeline.read_topic()
    checks.equal(pipeline.in_topic.prefix, len(pipeline.writer.ends), "after the outage: lines in the topic")
    checks.equal(sorted(pipeline.in_topic.ahead), [], "after the outage: lines after a gap")


def stop_during_outage(checks, broker, pipeline, worker):
    pipeline.writer = pipeline.writer.resumed()
    broker.stop()
    pipeline.writer.write(300)
    seconds, status = worker.stop(STOP_SECONDS)
    checks.check(status is not None and status >= 0,
                 f"told to stop while the broker was away: had to be killed after {seconds:.0f} s")
    broker.start()
    again = pipeline.worker().start()
    try:
        checks.check(wait_until(lambda: again.ended() or pipeline.arrived(), 60),
                     "after a stop without a broker: not every line arrived within 60 s")
        checks.equal(again.stop()[1], 0, "after a stop without a broker: exit status of the next worker")
        pipeline.check_end(checks, again, "after a stop without a broker")
    finally:
        again.kill()
