"""What a check found, and all of it as a table."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from gradio_client.exceptions import AppError
from playwright.sync_api import Error as BrowserError

FAILURES = (AssertionError, AppError, BrowserError, httpx.HTTPError, OSError, ValueError)  # of a visitor or a server


@dataclass(frozen=True)
class Finding:
    """One line of the report. `figure` is what was measured, or the first line of what went wrong."""

    name: str
    ok: bool
    figure: str

    def __str__(self) -> str:
        return f"{'ok' if self.ok else 'FAILED':6} {self.name}: {self.figure}"


@dataclass
class Findings:
    """All that was found so far; each is printed as it comes."""

    all: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether something was looked at and nothing failed."""
        return bool(self.all) and all(finding.ok for finding in self.all)

    def note(self, name: str, ok: bool, figure: str) -> None:
        """Add a finding."""
        self.all.append(Finding(name, ok, " ".join(figure.split())))
        print(self.all[-1], flush=True)

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Do something that may fail: yield a list for the figures, and note how it ended."""
        figures: list[str] = []
        try:
            yield figures
        except FAILURES as error:
            print(error, file=sys.stderr)
            self.note(name, False, str(error).strip().split("\n")[0][:160] or type(error).__name__)
        else:
            self.note(name, True, "; ".join(figures))

    def table(self) -> str:
        """Return the findings as Markdown."""
        lines = ["| check | result | figures |", "|---|---|---|"]
        figures = [(f.name, "ok" if f.ok else "FAILED", f.figure.replace("|", "/")) for f in self.all]
        return "\n".join([*lines, *(f"| {name} | {result} | {figure} |" for name, result, figure in figures)])
