# SPDX-License-Identifier: Apache-2.0
"""What the Python suites and scripts/bench share. See README.md."""
