#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a worker must survive, against a real broker: the scenarios of test/integration/scenarios.

faults.py [--only NAME[,NAME]] [--kills N] [--seed N] [--keep]      needs MILLRACE_TEST_BOOTSTRAP
"""
import argparse
import importlib
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness.checks import Checks, bootstrap  # noqa: E402
from harness.kafka import Kafka  # noqa: E402

SCENARIOS = ["clean_stop", "rebalance", "broker_restart", "hung", "crash_points", "kill"]


class Context:
    """What a scenario gets: the broker, a folder of its own, the seed of its dice, how many kills."""

    def __init__(self, kafka, folder, seed, kills):
        self.kafka, self.folder, self.seed, self.kills = kafka, folder, seed, kills

    def at(self, kafka):
        return Context(kafka, self.folder, self.seed, self.kills)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(SCENARIOS), help=f"default: {','.join(SCENARIOS)}")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--keep", action="store_true", help="keep the workers' folders")
    args = parser.parse_args()
    chosen = args.only.split(",")
    if set(chosen) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(set(chosen) - set(SCENARIOS)))}")
    checks, kafka = Checks(), Kafka(bootstrap())
    base = Path(tempfile.mkdtemp(prefix="millrace-faults."))
    try:
        for name in chosen:
            began = time.monotonic()
            folder = base / name
            folder.mkdir()
            failed = checks.failed
            importlib.import_module(f"scenarios.{name}").run(checks, Context(kafka, folder, args.seed, args.kills))
            print(f"{name}: {'ok' if checks.failed == failed else 'FAILED'} after {time.monotonic() - began:.0f} s",
                  flush=True)
        if checks.failed:
            print(f"the dice were thrown with --seed {args.seed}")
    finally:
        if args.keep:
            print(f"the workers' folders are in {base}")
        else:
            shutil.rmtree(base)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
