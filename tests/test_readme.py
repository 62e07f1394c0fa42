"""What the README shows works: its Python example runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llb.io.label_png import write_labels
from llb.io.video_reader import write_video
from tests.support.clips import square_clip

README = Path(__file__).parents[1] / "README.md"


def test_the_python_example_follows_the_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.+?)```", README.read_text(), re.DOTALL)
    frames, labels = square_clip(3, {1: (20, 30)}, side=30)
    write_video(tmp_path / "clip.mp4", frames, 10.0)
    write_labels(tmp_path / "first_frame.png", labels[0])
    monkeypatch.chdir(tmp_path)
    variables: dict[str, object] = {}
    exec(compile(example, str(README), "exec"), variables)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [int(line[0]) for line in lines] == [0, 1, 2]
    assert all(int(line[1]) == pytest.approx(900, rel=0.2) for line in lines)
    assert variables["gate"] is not None
