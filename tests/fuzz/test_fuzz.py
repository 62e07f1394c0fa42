"""A small part of the fuzz (`make fuzz` runs 10,000 inputs): nothing but ValueError comes out, and no file stays.

It runs in a process of its own, because the bound on memory is one of the whole process.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_damaged_inputs_are_read_or_refused() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--count", "300", "--seed", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "300 inputs" in done.stdout
    assert ", 0 faults." in done.stdout
