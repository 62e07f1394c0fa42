"""Clips with full occlusions (scripts/build_occlusions.py): masks are exact, and what became of them is measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llb.io.davis import find_sequences
from scripts.build_occlusions import COVERED, CUT, build, measure
from tests.support.tiny_data import scene_with_box, write_pair

FRAMES = 48
RED = 200  # of the box's colour, and of nothing else


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a split of built clips; in two sequences a red box moves, and what hides it is blue."""
    root = tmp_path_factory.mktemp("occlusions")
    for number, name in enumerate(("one", "two")):
        for time in range(FRAMES):
            rgb, ids = scene_with_box((72, 128), (40, 30 + time, 56, 50 + time), number)
            files = (root / "davis" / "train" / kind / name for kind in ("JPEGImages", "Annotations"))
            write_pair(*(folder / f"{time:05d}.png" for folder in files), rgb, ids)
    build(root / "davis" / "train", root / "hidden", ["one"])
    return root / "hidden" / "train"


@pytest.mark.parametrize(("kind", "frames"), [("cover", COVERED + 2), ("cut", CUT)])  # a patch is a little larger
def test_the_object_hides_and_returns_elsewhere_and_its_mask_is_exact(split: Path, kind: str, frames: int) -> None:
    clip = next(each for each in find_sequences(split.parent, split.name) if each.name == f"one-{kind}")
    seen = []
    for pair in clip.annotated_images():
        rgb, mask = np.asarray(Image.open(pair.image)), np.asarray(Image.open(pair.mask)) > 0
        if kind == "cover" or mask.any():  # the other shot has a box of its own
            np.testing.assert_array_equal(rgb[..., 0] > RED, mask)
        seen.append(float(np.nonzero(mask)[1].mean()) if mask.any() else None)
    hidden = [index for index, where in enumerate(seen) if where is None]
    assert len(seen) == FRAMES
    assert hidden == list(range(hidden[0], hidden[0] + frames))
    before, after = seen[hidden[0] - 8], seen[min(hidden[-1] + 8, FRAMES - 1)]
    assert before is not None
    assert after is not None
    assert after - before > 15


def test_measures_what_became_of_the_object(split: Path, tmp_path: Path) -> None:
    clip = next(each for each in find_sequences(split.parent, split.name) if each.name == "one-cut")
    shown = {pair.mask.stem: bool(np.asarray(Image.open(pair.mask)).any()) for pair in clip.annotated_images()}
    back = next(stem for stem in shown if stem > min(each for each in shown if not shown[each]) and shown[stem])
    rows = [f"one-cut,1,{stem},{float(stem < back or int(stem) >= int(back) + 3)},0" for stem in shown]
    (tmp_path / "frames-train.csv").write_text("\n".join(["Sequence,Object,Frame,J,F", *rows]))
    (one,) = measure(tmp_path, split)
    after = sum(stem >= back for stem in shown)
    assert (one.name, one.hidden, one.found) == ("one-cut", 1.0, 3)
    assert one.after == pytest.approx((after - 3) / after)
