"""Models of one's own are named when the page is started: by an option, or by an environment variable."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from demo.start import start

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("option", "variable", "expected"),
    [
        (None, None, []),
        (None, "a.b:c, d:e", ["a.b:c", "d:e"]),
        ("f:g", "a.b:c", ["f:g"]),
        ("", "a.b:c", []),
    ],
)
def test_the_option_goes_before_the_variable(
    option: str | None, variable: str | None, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def serve(host: str | None, port: int | None, specs: Sequence[str]) -> None:
        asked.append(list(specs))

    monkeypatch.setattr("demo.serve.serve", serve)
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    if variable is None:
        monkeypatch.delenv("LLB_MODELS", raising=False)
    else:
        monkeypatch.setenv("LLB_MODELS", variable)
    start(models=option)
    assert asked == [expected]


def test_a_mistake_ends_the_start_in_one_line() -> None:
    command = [sys.executable, "app.py", "--models", "demo.models.flow_baseline:nothing"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: The module demo.models.flow_baseline has no function 'nothing'")
