"""The worked example of docs/your_model.md runs as it is written, and does what the shipped baseline does."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from demo.models.custom import load_custom_model
from demo.models.flow_baseline import FlowSegmenter
from tests.support.clips import square_clip
from tests.support.runs import TWO, masks_of

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "your_model.md"


def test_the_worked_example_runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(block.splitlines()) <= 60
    (tmp_path / "my_model.py").write_text(block)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    model = load_custom_model("my_model:model")
    rgb, labels = square_clip(5, TWO)
    found = []
    for segmenter in (model.segmenter(), FlowSegmenter()):
        segmenter.start(rgb[0], masks_of(labels[0]))
        found.append(np.stack([segmenter.step(frame).labels for frame in rgb[1:]]))
    assert (found[0] == found[1]).all()
    assert set(np.unique(found[0])) == {0, 1, 2}
