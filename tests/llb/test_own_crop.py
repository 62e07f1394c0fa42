"""A model with a crop of its own: kept in its file, and used wherever the engine cuts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.torch import save_file

from llb import VideoSegmenter
from llb.checkpoint import load_model, save_model
from llb.config import SCALES, ModelConfig, read_crop, write_crop
from llb.model.build import build_model
from llb.types import TraceRequest
from tests.support.clips import square_clip

CROP = (96, 160)


def test_a_crop_is_written_as_it_is_read() -> None:
    assert read_crop("512x288") == (288, 512)
    assert read_crop(write_crop((288, 512))) == (288, 512)
    for bad in ("512", "512x", "x288", "512x-288", ""):
        with pytest.raises(ValueError, match="such as 512x288"):
            read_crop(bad)
    with pytest.raises(ValueError, match="multiples of 16"):
        ModelConfig("lite", "llb", crop=(280, 512))


def test_only_the_crop_differs_from_the_scale() -> None:
    assert ModelConfig("lite", "llb", crop=CROP).sizes == replace(SCALES["lite"], crop=CROP)
    assert ModelConfig("lite", "llb").sizes is SCALES["lite"]


def test_a_file_keeps_its_models_crop_and_the_engine_cuts_by_it(tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    save_model(build_model(ModelConfig("lite", "joint", crop=CROP)), path)
    segmenter = VideoSegmenter(load_model(str(path)))
    rgb, labels = square_clip(2, {1: (20, 20)})
    segmenter.start(rgb[0], {1: labels[0] == 1})
    trace = segmenter.step(rgb[1], TraceRequest()).traces[0]
    assert trace.crop.shape[:2] == CROP


def test_a_crop_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    save_model(build_model("lite/joint"), path)
    with safe_open(path, "pt") as file:
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
    save_file(state, path, {"model": "lite/joint", "crop": "large"})
    with pytest.raises(ValueError, match="such as 512x288"):
        load_model(str(path))
