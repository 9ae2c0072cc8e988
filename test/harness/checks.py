# SPDX-License-Identifier: Apache-2.0
"""Counting checks the way scripts/test reads them: one line per failed check, "N passed, N failed" last."""
import os
import sys
import time


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, ok, what):
        """Counts one check; `what` says what should have been, with what was. Returns ok."""
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            print(f"failed: {what}", flush=True)
        return ok

    def equal(self, got, want, what):
        return self.check(got == want, f"{what}: {_short(got)} instead of {_short(want)}")

    def finish(self):
        """Prints the summary; returns the exit status."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0


def _short(value):
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:140]} ... {text[-140:]} ({len(text)} characters)"


def wait_until(condition, seconds, pause=0.02):
    """The first true value of condition(), or its last one when `seconds` are over."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(pause)


def bootstrap():
    """The broker that scripts/test started for the suites."""
    address = os.environ.get("MILLRACE_TEST_BOOTSTRAP")
    if not address:
        sys.exit("MILLRACE_TEST_BOOTSTRAP is not set; run this by scripts/test, or set it to the address of a broker "
                 "(test/services/kafka start -p 0)")
    return address
