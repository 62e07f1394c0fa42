"""The vendored chart library is what its README says."""

from __future__ import annotations

from pathlib import Path

from demo.components import browser_files

FOLDER = Path(browser_files.__file__).parent / "uplot"
VERSION = "1.6.32"


def test_version_licence_and_source_stand_beside_it() -> None:
    module = (FOLDER / "uPlot.esm.js").read_text(encoding="utf-8")
    assert f"(v{VERSION})" in module[:400]
    assert f"uPlot {VERSION}" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "MIT" in (FOLDER / "LICENSE").read_text(encoding="utf-8")


def test_it_is_served_with_its_styles() -> None:
    assert "uplot/uPlot.esm.js" in browser_files.read_modules()
    assert FOLDER / "uPlot.min.css" in browser_files.styles()
