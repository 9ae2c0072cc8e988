# SPDX-License-Identifier: Apache-2.0
"""Starts a standalone worker, Millrace's or the Java one, with the same configuration files."""
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from functools import lru_cache

from . import paths

STRING = "org.apache.kafka.connect.storage.StringConverter"
JSON = "org.apache.kafka.connect.json.JsonConverter"


@lru_cache(maxsize=None)
def java_plugin_path():
    return subprocess.run([paths.KAFKA_SERVICE, "plugin-path"], check=True, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, timeout=900).stdout.strip()


def write_properties(path, values):
    with open(path, "w", encoding="utf-8") as f:
        for key, value in values.items():
            escaped = str(value).replace("\\", "\\\\")
            f.write(f"{key}={escaped}\n")


def free_port():
    """A port nobody listens on now, below the range the kernel hands to clients."""
    import random
    import socket
    for _ in range(100):
        port = random.randrange(15000, 20000)
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no free port between 15000 and 20000")


class Worker:
    """One worker in a folder of its own.

    kind is "millrace" or "java". connectors is a list of configurations, each with its name. The process is started by
    start() and has ended when stop(), kill() or wait() has returned. Its output is in <folder>/worker.log.
    """

    def __init__(self, kind, folder, bootstrap, connectors=(), value_converter=STRING, schemas=True, **more):
        self.kind, self.folder = kind, str(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.port = free_port()
        self.offsets = f"{self.folder}/connect.offsets"
        self.log = f"{self.folder}/worker.log"
        self.process = None
        self.exit_status = None
        properties = {
            "bootstrap.servers": bootstrap,
            "key.converter": STRING,
            "value.converter": value_converter,
            "offset.storage.file.filename": self.offsets,
            "plugin.path": java_plugin_path() if kind == "java" else paths.PLUGINS,
            "listeners": f"http://127.0.0.1:{self.port}",
        }
        if value_converter == JSON:
            properties["value.converter.schemas.enable"] = str(schemas).lower()
        properties.update(more)
        write_properties(f"{self.folder}/worker.properties", properties)
        self.files = [f"{self.folder}/worker.properties"]
        for connector in connectors:
            self.files.append(f"{self.folder}/{connector['name']}.properties")
            write_properties(self.files[-1], connector)

    def start(self, env=None):
        program = [paths.KAFKA_SERVICE, "connect-standalone"] if self.kind == "java" else \
            [paths.program("connect-standalone")]
        with open(self.log, "ab") as log:
            self.started = time.monotonic()
            self.process = subprocess.Popen(program + self.files, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.folder, start_new_session=True, env={**os.environ, **(env or {})})
        return self

    @property
    def pid(self):
        return self.process.pid

    def ended(self):
        """Has the process ended? Then exit_status is set, negative for a signal."""
        if self.exit_status is None and self.process is not None:
            self.exit_status = self.process.poll()
        return self.exit_status is not None

    def rest(self, path, method="GET", body=None, timeout=20):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json", "Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def wait_rest(self, seconds=90, pause=0.005):
        """Seconds from the start until REST answered; RuntimeError when the worker ended or the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self.rest("/connectors")
                return time.monotonic() - self.started
            except (OSError, urllib.error.URLError):
                if self.ended():
                    raise RuntimeError(f"the {self.kind} worker ended with {self.exit_status}:\n{self.log_tail()}")
                time.sleep(pause)
        raise RuntimeError(f"the {self.kind} worker's REST did not answer in {seconds} s:\n{self.log_tail()}")

    def states(self):
        """{connector: [its state, its tasks' states]}"""
        return {name: [s["status"]["connector"]["state"]] + [t["state"] for t in s["status"]["tasks"]]
                for name, s in self.rest("/connectors?expand=status").items()}

    def all_running(self, count):
        """Do `count` connectors run, each with at least one task, and nothing in any other state?"""
        try:
            states = self.states()
        except (OSError, urllib.error.URLError):
            return False
        return len(states) == count and all(len(s) > 1 and set(s) == {"RUNNING"} for s in states.values())

    def stop(self, seconds=60):
        """SIGTERM; returns (seconds until it was gone, exit status). SIGKILL when it takes longer than `seconds`."""
        began = time.monotonic()
        if not self.ended():
            os.killpg(self.pid, signal.SIGTERM)
            try:
                self.exit_status = self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return time.monotonic() - began, self.exit_status

    def kill(self):
        """SIGKILL, whatever state it is in."""
        if not self.ended():
            os.killpg(self.pid, signal.SIGKILL)
            self.exit_status = self.process.wait()

    def wait(self, seconds):
        """Waits for an end that somebody else caused; None when it still runs."""
        try:
            self.exit_status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return self.exit_status

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def log_tail(self, lines=20):
        """The last warnings and errors, else the last lines of all."""
        text = self.log_text().splitlines()
        serious = [line for line in text if " WARN " in line or " ERROR " in line]
        return "\n".join(line[:500] for line in (serious or text)[-lines:])


def file_source(name, path, topic, **more):
    return {"name": name, "connector.class": "FileStreamSource", "tasks.max": "1", "file": path, "topic": topic, **more}


def file_sink(name, path, topics, **more):
    return {"name": name, "connector.class": "FileStreamSink", "tasks.max": "1", "file": path, "topics": topics, **more}
