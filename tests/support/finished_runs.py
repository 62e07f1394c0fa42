"""Finished runs for the tests of what reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from demo.clips.clip import Clip
from demo.models.provider import Segmenter
from demo.runs.compare import compare
from demo.runs.run import Run, VariantRecord
from tests.support.page_fakes import FakeSegmenter

NAMES = ("lite/llb", "lite/joint")  # a model with gates, and one that adds


def fakes(*names: str) -> dict[str, Segmenter]:
    """Make fresh stand-ins; `NAMES` if none is named."""
    return {name: FakeSegmenter(name) for name in names or NAMES}


def finished_run(
    folder: Path, clip: Clip, segmenters: Mapping[str, Segmenter] | None = None, trace_stride: int = 1
) -> Run:
    """Do a run of object 1 of a clip with exact masks, from frame 0 on."""
    models = fakes() if segmenters is None else segmenters
    records = tuple(VariantRecord(name, name.upper()) for name in models)
    run = Run(folder, clip.folder, (1,), records, trace_stride=trace_stride).save()
    truth = clip.truth(0)
    assert truth is not None
    run.save_marked_masks({0: truth})
    list(compare(run, clip, lambda: models, lambda: False))
    return Run.open(folder)
