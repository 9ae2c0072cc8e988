#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the workloads in turn for all contenders and writes docs/benchmarks.md. Called by scripts/bench.

The figures of every run are kept in <build>/bench/results.json; a later call with --only replaces the workloads it runs
and leaves the others, so the report can be made in pieces.
"""
import argparse
import datetime
import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import paths  # noqa: E402
from harness.kafka import Broker, Kafka  # noqa: E402
from harness.process import machine  # noqa: E402
from report import Report  # noqa: E402
from workloads import WORKLOADS, Bench  # noqa: E402


def output(*words):
    done = subprocess.run(words, cwd=paths.ROOT, check=False, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def commit():
    changed = output("git", "status", "--porcelain", "--untracked-files=no", "--", "runtime", "connectors", "sdk")
    return output("git", "rev-parse", "--short", "HEAD") + (" with local changes" if changed else "")


def facts(args):
    return {"runs": args.runs, "lines": args.lines, "machine": machine(), "commit": commit(),
            "date": datetime.date.today().isoformat(), "kafka": output(paths.KAFKA_SERVICE, "version"),
            "java": output("java", "-version").splitlines()[0],
            "rdkafka": output("pkg-config", "--modversion", "rdkafka")}


def contenders(names, args):
    skip = [kind for kind in ("java", "millrace", "bare") if not getattr(args, kind)]
    return [n for n in names if n.split("-")[0] not in skip]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(WORKLOADS), metavar="NAME[,NAME]")
    parser.add_argument("--contenders", metavar="NAME[,NAME]", help="only these; --list names them")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--lines", type=int, default=2_000_000)
    for kind in ("java", "millrace", "bare"):
        parser.add_argument(f"--{kind}", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--out", type=Path, default=paths.ROOT / "docs" / "benchmarks.md")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    if args.list:
        for name, (names, _) in WORKLOADS.items():
            print(f"{name:16} {' '.join(names)}")
        return 0
    chosen = args.only.split(",")
    if set(chosen) - set(WORKLOADS):
        parser.error(f"no such workload: {', '.join(sorted(set(chosen) - set(WORKLOADS)))}; --list names them")

    folder = paths.BUILD / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("run-*"):
        shutil.rmtree(left)
    store = folder / "results.json"
    results = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
    broker = Broker(folder / "broker")
    broken = 0
    try:
        bench = Bench(Kafka(broker.start()), broker.pid(), folder, args.lines)
        for name in chosen:
            names, run = WORKLOADS[name]
            names = [n for n in contenders(names, args) if not args.contenders or n in args.contenders.split(",")]
            fresh = {n: [] for n in names}
            for number in range(args.runs):
                for contender in names:
                    try:
                        figures = run(bench, contender)
                    except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
                        broken += 1
                        print(f"{name} {contender}: {problem}", file=sys.stderr, flush=True)
                        continue
                    fresh[contender].append(figures)
                    shown = " ".join(f"{k} {v:.3g}" if v < 1000 else f"{k} {v:.0f}" for k, v in figures.items())
                    print(f"{name:14} {number + 1}/{args.runs} {contender:16} {shown}", flush=True)
            kept = results.setdefault(name, {})
            kept.update({n: runs for n, runs in fresh.items() if runs})
            results[name] = {n: kept[n] for n in WORKLOADS[name][0] if n in kept}
            store.write_text(json.dumps(results, indent=1), encoding="utf-8")
    finally:
        broker.wipe()
    args.out.write_text(Report(results, facts(args)).text(), encoding="utf-8")
    print(f"written: {args.out}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
