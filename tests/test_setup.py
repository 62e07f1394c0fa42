"""Setting up: `make` takes the Python that it is told, and installs no more than the page needs to show the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def make(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run make, untouched by what an outer make that runs these tests was told."""
    told = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHON", "VENV")
    environment = {key: value for key, value in os.environ.items() if key not in told}
    command = ["make", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def python_that_says(path: Path, version: str) -> Path:
    """Write a program that answers every question with a version, as another Python would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


def test_demo_installs_no_development_tools(tmp_path: Path) -> None:
    steps = make("-n", "demo", f"VENV={tmp_path}").stdout
    (installing,) = [line for line in steps.splitlines() if "pip install" in line]
    assert installing.endswith("-r requirements.txt")
    assert "npm" not in steps
    assert "requirements-dev.txt" in make("-n", "test", f"VENV={tmp_path}").stdout


def test_an_environment_of_another_python_is_not_used(tmp_path: Path) -> None:
    python_that_says(tmp_path / "venv/bin/python", "3.11")
    other = python_that_says(tmp_path / "python3.12", "3.12")
    refused = make("environment", f"VENV={tmp_path / 'venv'}", f"PYTHON={other}")
    assert refused.returncode != 0
    assert f"{tmp_path / 'venv'} was made with Python 3.11, not 3.12: remove it" in refused.stderr
    same = python_that_says(tmp_path / "python3.11", "3.11")
    assert make("environment", f"VENV={tmp_path / 'venv'}", f"PYTHON={same}").returncode == 0
    assert make("environment", f"VENV={tmp_path / 'venv'}").returncode == 0


def test_a_python_out_of_range_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 9); $2"\n')
    old.chmod(0o755)
    refused = make("environment", f"VENV={tmp_path / 'venv'}", f"PYTHON={old}")
    assert refused.returncode != 0
    assert "Python 3.10 to 3.14 is needed" in refused.stderr
    assert not (tmp_path / "venv").exists()


def test_one_range_of_pythons_is_named_everywhere() -> None:
    metadata, readme = ((ROOT / name).read_text() for name in ("pyproject.toml", "README.md"))
    assert 'requires-python = ">=3.10,<3.15"' in metadata
    assert re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', metadata) == ["10", "11", "12", "13", "14"]
    assert "Python 3.10 to 3.14" in readme
