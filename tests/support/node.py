"""Node, which runs the tests of the page's modules; the page itself needs none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEAST = 20


def node() -> str:
    """Return Node's path; without one the test is skipped, or fails where LLB_REQUIRE_BROWSER=1."""
    executable = shutil.which("node")
    version = subprocess.run([executable, "--version"], capture_output=True, text=True).stdout if executable else ""
    if executable and int(version.strip().lstrip("v").split(".")[0]) >= LEAST:
        return executable
    reason = f"no Node {LEAST} or newer on this machine: install the package nodejs"
    if os.environ.get("LLB_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def run_script(script: str, *arguments: str) -> str:
    """Run a module's text in the project's folder; return what it prints, fail with what it complains about."""
    command = [node(), "--input-type=module", "--eval", script, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
