"""Many targets at once: bounded batches, with the results of one batch."""

from __future__ import annotations

import numpy as np
import pytest

from llb.inference import VideoSegmenter, batch
from tests.support.clips import square_clip
from tests.support.fakes import StubModel
from tests.support.runs import CROP, TWO, masks_of, run


def many(count: int) -> dict[int, np.ndarray]:
    """Small squares all over a frame, as masks of targets 1, 2, ..."""
    masks = {}
    for number in range(count):
        mask = np.zeros((96, 144), bool)
        y, x = divmod(number, 12)
        mask[8 * y : 8 * y + 6, 12 * x : 12 * x + 8] = True
        masks[number + 1] = mask
    return masks


def test_no_pass_takes_more_targets_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    model = StubModel(crop=(32, 48))
    extract = model.extract
    monkeypatch.setattr(model, "extract", lambda image, known=None: taken.append(len(image)) or extract(image, known))
    rgb = square_clip(2, TWO)[0]
    segmenter = VideoSegmenter(model)
    segmenter.start(rgb[0], many(40))
    taken.clear()
    result = segmenter.step(rgb[1])
    assert taken == [batch.BATCH, batch.BATCH, 40 - 2 * batch.BATCH]
    assert result.targets == tuple(range(1, 41))


@pytest.mark.parametrize("bound", [1, 2])
def test_the_bound_changes_nothing(bound: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rgb, labels = square_clip(6, {1: (20, 20), 2: (60, 70), 3: (5, 100)})
    model = StubModel(crop=CROP)
    whole = run(rgb, masks_of(labels[0]), model=model)
    monkeypatch.setattr(batch, "BATCH", bound)
    for one, other in zip(whole, run(rgb, masks_of(labels[0]), model=model), strict=True):
        np.testing.assert_array_equal(one.labels, other.labels)
        np.testing.assert_allclose(one.prob, other.prob, atol=1e-6)
