# SPDX-License-Identifier: Apache-2.0
"""docs/benchmarks.md out of the runs: medians, ratios, and the goals that were set before anything was measured."""
import statistics

STREAMS = ["source-string", "source-json", "sink-string", "sink-json"]
TITLES = {"source-string": "source, StringConverter", "source-json": "source, JsonConverter with schemas",
          "sink-string": "sink, StringConverter", "sink-json": "sink, JsonConverter with schemas"}
# workload -> (times the bare client's CPU, which bare client)
GOALS = {"source-string": (1.4, "bare-batch"), "source-json": (1.5, "bare-one"), "sink-string": (1.3, "bare"),
         "sink-json": (2.0, "bare")}


def median(runs, key):
    values = [r[key] for r in runs if key in r]
    return statistics.median(values) if values else None


def number(value, digits=2):
    return "-" if value is None else f"{value:,.{digits}f}"


def row(*cells):
    return "| " + " | ".join(cells) + " |\n"


def table(*head):
    return row(*head) + "|---" * len(head) + "|\n"


class Report:
    """results: {workload: {contender: [figures of a run]}}"""

    def __init__(self, results, facts):
        self.results, self.facts = results, facts

    def get(self, workload, contender, key, scale=1.0):
        value = median(self.results.get(workload, {}).get(contender, []), key)
        return None if value is None else value * scale

    def text(self):
        parts = [self.head(), self.goals()]
        for workload in STREAMS:
            if self.results.get(workload):
                parts.append(self.stream(workload))
        for part in (self.start, self.latency, self.many):
            parts.append(part())
        parts.append(METHOD)
        return "\n".join(p for p in parts if p)

    def head(self):
        f = self.facts
        return (f"# Benchmarks\n\nWritten by `scripts/bench`; not by hand. Medians of {f['runs']} runs on "
                f"{f['machine']}; broker, worker and driver share its cores.\nMillrace {f['commit']} ({f['date']}), "
                f"Kafka and Java worker {f['kafka']}, {f['java']}, librdkafka {f['rdkafka']}.\n"
                f"Streams: {f['lines']:,} lines of 100 bytes, one partition.\n")

    def goals(self):
        lines = [table("goal", "Java", "bare librdkafka", "Millrace", "bound", "reached")]

        def add(goal, java, bare, value, bound, digits, unit, note=""):
            if value is None or bound is None:
                return
            lines.append(row(goal, number(java, digits), bare, f"**{number(value, digits)}** {unit}".strip(),
                             f"<= {number(bound, digits)} {unit}{note}".strip(), "yes" if value <= bound else "**no**"))

        for workload, (factor, which) in GOALS.items():
            bare = self.get(workload, which, "per_million")
            add(f"{TITLES[workload]}, CPU-s per million records", self.get(workload, "java", "per_million"),
                number(bare), self.get(workload, "millrace", "per_million"), bare and bare * factor, 2, "",
                f" ({factor} x {which})")
        add("start to REST answering, no connectors, ms", self.get("start", "java", "start", 1000), "-",
            self.get("start", "millrace", "start", 1000), 50, 0, "ms")
        add("resident memory idle, MiB", self.get("start", "java", "rss"), "-", self.get("start", "millrace", "rss"), 20,
            1, "MiB")
        peaks = {c: [self.get(w, c, "hwm") for w in STREAMS] for c in ("java", "millrace")}
        peak = {c: max((v for v in values if v is not None), default=None) for c, values in peaks.items()}
        add("resident memory, highest of the streams, MiB", peak["java"], "-", peak["millrace"], 160, 0, "MiB")
        for key, bound in (("p50", 5), ("p99", 20)):
            add(f"appended line -> consumer, {key}, ms", self.get("latency", "java", key), "-",
                self.get("latency", "millrace", key), bound, 1, "ms")
        add("100 FileStream sources, first PUT to all RUNNING, s", self.get("many", "java", "all_running"), "-",
            self.get("many", "millrace", "all_running"), 1, 2, "s")
        add("100 FileStream sources, memory, MiB", self.get("many", "java", "rss"), "-",
            self.get("many", "millrace", "rss"), 60, 0, "MiB")
        add("100 FileStream sources, threads", self.get("many", "java", "threads"), "-",
            self.get("many", "millrace", "threads"), 150, 0, "")
        return "## Goals\n\n" + "".join(lines)

    def stream(self, workload):
        base = self.get(workload, "millrace", "per_million")
        lines = [f"## {TITLES[workload]}\n\n",
                 table("", "CPU-s per million", "least - most", "x Millrace", "records/s", "peak MiB", "foreign cores")]
        for contender, runs in self.results[workload].items():
            cpu = median(runs, "per_million")
            values = [r["per_million"] for r in runs]
            lines.append(row(contender, number(cpu), f"{number(min(values))} - {number(max(values))}",
                             number(cpu / base, 1) if base else "-", number(median(runs, "rate"), 0),
                             number(median(runs, "hwm"), 0), number(median(runs, "foreign"), 1)))
        return "".join(lines)

    def plain(self, workload, title, columns):
        """A table of medians; columns: (heading, key, scale, digits)."""
        if not self.results.get(workload):
            return ""
        lines = [f"## {title}\n\n", table("", *[c[0] for c in columns], "foreign cores")]
        for contender, runs in self.results[workload].items():
            cells = [number(self.get(workload, contender, key, scale), digits) for _, key, scale, digits in columns]
            lines.append(row(contender, *cells, number(median(runs, "foreign"), 1)))
        return "".join(lines)

    def start(self):
        return self.plain("start", "Start, no connectors", [
            ("to REST answering, ms", "start", 1000, 0), ("CPU-s", "cpu", 1, 2), ("RSS after 3 s, MiB", "rss", 1, 1),
            ("PSS, MiB", "pss", 1, 1), ("peak, MiB", "hwm", 1, 1), ("threads", "threads", 1, 0)])

    def latency(self):
        return self.plain("latency", "Appended line to consumer, one line every 50 ms", [
            ("p50, ms", "p50", 1, 1), ("p95, ms", "p95", 1, 1), ("p99, ms", "p99", 1, 1), ("max, ms", "max", 1, 1)])

    def many(self):
        return self.plain("many", "100 FileStream sources in one worker, created through REST", [
            ("first PUT to all RUNNING, s", "all_running", 1, 2), ("RSS, MiB", "rss", 1, 0), ("PSS, MiB", "pss", 1, 0),
            ("threads", "threads", 1, 0), ("cores when idle", "idle_cores", 1, 3)])


METHOD = """## How it is measured

- CPU-seconds are user and system time of the worker and its children from `/proc`, from the first record seen at the far
  end until 0.2 s after the last, per million records in between: start-up is not in it, acknowledgements and commits are.
  Wall-clock figures of a shared machine say little; `foreign cores` says how much others were running meanwhile.
- java is the stock worker: heap, collector and JVM options of Kafka's own scripts. In the streams it finds its plugins by
  `plugin.discovery=service_load`, which does not touch the stream; in "start" java has the default discovery and
  java-trimmed has service_load.
- tuned: linger.ms=20, batch.size=262144, compression.type=lz4, buffer.memory=64 MiB, for all alike.
- bare is `test/bench/bare_client.c`: librdkafka and nothing else, "one" by rd_kafka_produce, "batch" by
  rd_kafka_produce_batch, "va" by rd_kafka_produceva with a timestamp; the sinks' one writes a file and,
  with JSON, cuts the envelope off without unescaping.
- Contenders take turns within each run. A sink's file is compared with the input, a topic's records are counted; a run that
  is wrong is an error, not a figure.
"""
