# SPDX-License-Identifier: Apache-2.0
"""Where things are: the tree, the build, the bundles, the programs beside the host."""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("MILLRACE_BUILD", ROOT / "build"))
# scripts/build puts the bundles of build/ into the tree's plugin-path, those of another folder beneath that folder
PLUGINS = ROOT / "plugin-path" if BUILD == ROOT / "build" else BUILD / "plugin-path"
KAFKA_SERVICE = str(ROOT / "test" / "services" / "kafka")


def program(name):
    return str(BUILD / "bin" / name)


def probe():
    return str(BUILD / "test" / "bench" / "probe")


def bare_client():
    return str(BUILD / "test" / "bench" / "bare-client")
