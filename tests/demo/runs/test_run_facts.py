"""A run of shipped models notes with which weights and in which numbers it was computed."""

from __future__ import annotations

from demo.models.settings import Settings
from demo.models.shipped import ShippedModels
from demo.models.zerogpu import device
from demo.runs.run_setup import checked_variants
from llb.checkpoint import load_model
from llb.weight_files import shipped_models


def test_a_run_notes_weights_and_precision_of_the_model_that_computes_it() -> None:
    records = checked_variants(["lite/joint", "lite/llb~gates"], Settings(), ShippedModels())
    assert [record.weights_sha256 for record in records] == [
        shipped_models()["lite/joint"].sha256,
        shipped_models()["lite/llb"].sha256,
    ]
    assert records[0].precision == load_model("lite/joint", device(), precision="auto").precision
