# SPDX-License-Identifier: Apache-2.0
"""What /proc says of a process and its children, and of the machine."""
import os

TICK = os.sysconf("SC_CLK_TCK")


def tree(pid):
    """The process and its descendants."""
    found, todo = [], [pid]
    while todo:
        pid = todo.pop()
        found.append(pid)
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as f:
                    todo += map(int, f.read().split())
        except OSError:
            pass
    return found


def cpu_seconds(pid):
    """User and system time of the process, its threads, its children and the children it has waited for."""
    ticks = 0
    for p in tree(pid):
        try:
            with open(f"/proc/{p}/stat", encoding="utf-8", errors="replace") as f:
                ticks += sum(map(int, f.read().rsplit(")", 1)[1].split()[11:15]))
        except OSError:
            pass
    return ticks / TICK


def memory(pid):
    """MiB: rss now, hwm at most so far, pss (shared pages divided among their users); and the number of threads."""
    sums = {"rss": 0.0, "hwm": 0.0, "pss": 0.0, "threads": 0}
    for p in tree(pid):
        try:
            with open(f"/proc/{p}/status", encoding="utf-8", errors="replace") as f:
                for line in f:
                    key, _, value = line.partition(":")
                    if key == "VmRSS":
                        sums["rss"] += int(value.split()[0]) / 1024
                    elif key == "VmHWM":
                        sums["hwm"] += int(value.split()[0]) / 1024
                    elif key == "Threads":
                        sums["threads"] += int(value)
            with open(f"/proc/{p}/smaps_rollup", encoding="ascii") as f:
                for line in f:
                    if line.startswith("Pss:"):
                        sums["pss"] += int(line.split()[1]) / 1024
        except OSError:
            pass
    return sums


def machine_cpu_seconds():
    """What all processes of the machine have burnt since it was booted."""
    with open("/proc/stat", encoding="ascii") as f:
        fields = list(map(int, f.readline().split()[1:9]))
    return (sum(fields) - fields[3] - fields[4]) / TICK


def machine():
    """One line for a report: processor, cores, memory, system."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    with open("/proc/meminfo", encoding="ascii") as f:
        total = int(f.readline().split()[1]) / 1024 / 1024
    name = "Linux"
    try:
        with open("/etc/os-release", encoding="utf-8") as f:
            name = dict(line.rstrip().split("=", 1) for line in f if "=" in line)["PRETTY_NAME"].strip('"')
    except (OSError, KeyError):
        pass
    return f"{model}, {os.cpu_count()} cores, {total:.0f} GiB, {name}"
