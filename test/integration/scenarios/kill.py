# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments, some 200 times, while lines are being appended: nothing is lost, no offset is ahead.

After each kill the reader compares the offset file with the topic and the group's offset with the sink's file. A killed
consumer is missed by the broker only after its session timeout, so that is short here and some lives are longer than it.
"""
from harness.checks import wait_until

from .pipeline import Pipeline


def life(rng):
    """How long to let a worker live: mostly while it starts, sometimes long enough for the sink to get its turn."""
    kind = rng.random()
    if kind < 0.4:
        return rng.uniform(0, 0.2)
    return rng.uniform(0.1, 0.8) if kind < 0.75 else rng.uniform(0.6, 1.8)


def run(checks, context):
    pipeline = Pipeline(context, "kill", **{"offset.flush.interval.ms": "50", "consumer.session.timeout.ms": "500",
                                            "consumer.heartbeat.interval.ms": "150"})
    try:
        pipeline.writer.write(200)
        pipeline.writer.run_behind()
        for number in range(context.kills):
            worker = pipeline.worker().start()
            worker.wait(life(pipeline.rng))
            if not checks.check(not worker.ended(), f"kill {number}: the worker ended by itself with "
                                                    f"{worker.exit_status}"):
                print(worker.log_tail())
                return
            worker.kill()
            pipeline.check_offsets(checks, worker, f"kill {number}")
        pipeline.writer.write(50)
        pipeline.writer.stop()
        worker = pipeline.worker().start()
        arrived = wait_until(lambda: worker.ended() or pipeline.arrived(), 60)
        if not checks.check(arrived and not worker.ended(), "after the kills: not every line arrived within 60 s"):
            print(worker.log_tail())
        checks.equal(worker.stop()[1], 0, "after the kills: exit status")
        pipeline.check_end(checks, worker, "after the kills")
        print(f"kill: {context.kills} kills, {len(pipeline.writer.ends)} lines, repeated in the topic "
              f"{pipeline.in_topic.again}, in the file {pipeline.in_sink.again}, cut in the file "
              f"{len(pipeline.in_sink.torn)}; seed {context.seed}")
    finally:
        pipeline.close()
