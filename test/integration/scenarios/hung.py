# SPDX-License-Identifier: Apache-2.0
"""Misbehaving bundles (test/plugins) beside a healthy pipeline in one worker: those that hang stop neither the others nor
REST nor the shutdown, those that throw are FAILED with a reason and touch nobody else."""
import time

from harness import paths
from harness.checks import wait_until
from harness.kafka import fresh

from .pipeline import Pipeline

BUNDLES = paths.BUILD / "test" / "plugins"
GRACE_MS = 1000
HANGING = {"BadHangsInStart": {}, "BadHangsInPoll": {"count": 3}, "BadHangsInStop": {"count": 3}}
HANGING_SINKS = ["BadHangsInPut"]
FAILING = {"BadThrowsInStart": {}, "BadThrowsInPoll": {"count": 3}, "BadThrowsInCreate": {}, "BadSilentError": {},
           "BadCounts": {"lie": "n"}, "BadKinds": {}, "BadPointers": {"where": "records"}}
FAILING_SINKS = ["BadThrowsInPut"]


def task_states(worker):
    return {name: [(t["state"], t.get("trace", "")) for t in s["status"]["tasks"]]
            for name, s in worker.rest("/connectors?expand=status").items()}


def run(checks, context):
    if not checks.check(BUNDLES.is_dir(), f"the bundles are not built: {BUNDLES}"):
        return
    pipeline = Pipeline(context, "hung", **{"offset.flush.interval.ms": "600000",
                                            "task.shutdown.graceful.timeout.ms": str(GRACE_MS),
                                            "plugin.path": f"{paths.PLUGINS},{BUNDLES}"})
    mark = fresh("bad")
    food = pipeline.kafka.create(fresh("food"))
    pipeline.kafka.produce(food, ["one", "two"])
    configs = {}
    for name, settings in {**HANGING, **FAILING}.items():
        configs[f"{mark}-{name}"] = {"connector.class": f"test.{name}Connector", "topic": mark, **settings}
    for name in HANGING_SINKS + FAILING_SINKS:
        configs[f"{mark}-{name}"] = {"connector.class": f"test.{name}Connector", "topics": food}
    worker = pipeline.worker().start()
    try:
        worker.wait_rest()
        for name, config in configs.items():
            # one that hangs in its start may make REST wait for it, but not for ever
            worker.rest(f"/connectors/{name}/config", "PUT", {k: str(v) for k, v in config.items()}, timeout=100)
        failing = [f"{mark}-{n}" for n in list(FAILING) + FAILING_SINKS]

        def failed():
            states = task_states(worker)
            return all(states[n] and all(s == "FAILED" for s, _ in states[n]) for n in failing)

        wait_until(lambda: worker.ended() or failed(), 30)
        if not checks.check(not worker.ended(), f"the worker ended with {worker.exit_status}"):
            print(worker.log_tail())
            return
        states = task_states(worker)
        for name in failing:
            checks.check(states[name] and all(s == "FAILED" and trace for s, trace in states[name]),
                         f"{name}: not FAILED with a reason but {states[name]}")
        for name in (f"{mark}-{n}" for n in list(HANGING) + HANGING_SINKS):
            checks.check(all(s != "FAILED" for s, _ in states[name]), f"{name}: hanging but {states[name]}")

        pipeline.writer.write(2000)
        checks.check(wait_until(pipeline.arrived, 30), "the healthy pipeline does not bring its lines through")
        began = time.monotonic()
        worker.rest("/connectors")
        checks.check(time.monotonic() - began < 5, "REST is slow beside hanging plugins")
        healthy = task_states(worker)
        for name in (pipeline.source_name, pipeline.sink_name):
            checks.equal([s for s, _ in healthy[name]], ["RUNNING"], f"{name} beside misbehaving ones")

        # all hang at once, so the grace is waited for once, not once for each
        seconds, status = worker.stop(GRACE_MS / 1000 + 15)
        if not checks.check(status is not None and status >= 0,
                            f"had to be killed {seconds:.0f} s after SIGTERM with {status}"):
            print(worker.log_tail())
        pipeline.check_end(checks, worker, "after a stop with hanging plugins")
        checks.equal(pipeline.in_topic.again, 0, "lines repeated in the topic")
    finally:
        worker.kill()
        pipeline.kafka.delete(food, mark)
        pipeline.close()
