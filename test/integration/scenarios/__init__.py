# SPDX-License-Identifier: Apache-2.0
"""The scenarios of faults.py, one per file; each has run(checks, context)."""
