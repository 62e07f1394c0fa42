"""A model of one's own is named by a spec, stands behind the shipped ones, and a mistake is one sentence at start."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from demo.models.combined import BASELINES, CombinedModels, all_models
from demo.models.custom import CustomModel, CustomModels, load_custom_model
from demo.models.flow_baseline import FlowSegmenter
from demo.models.settings import Settings, variant_of
from demo.models.shipped import ShippedModels
from llb.inference import VideoSegmenter

GOOD = """
from demo.models.custom import CustomModel
from demo.models.flow_baseline import FlowSegmenter

def good():
    return CustomModel("good", "Good", "a second flow", FlowSegmenter)

def clash():
    return CustomModel("lite-LLB", "Clash", "has a shipped model's folder", FlowSegmenter)

def odd():
    return FlowSegmenter

def unnamed():
    return CustomModel("a/b,c", "Odd", "has a name that no link can hold", FlowSegmenter)

number = 3
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a model in it."""
    (tmp_path / "a_model.py").write_text(GOOD)
    (tmp_path / "lacking.py").write_text("import no_such_library")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    monkeypatch.delitem(sys.modules, "a_model", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("a_model", "write package.module:function"),
        (":good", "write package.module:function"),
        ("no.such:model", "cannot be imported .*No module named 'no'"),
        ("lacking:model", "cannot be imported .*No module named 'no_such_library'"),
        ("a_model:missing", "has no function 'missing'"),
        ("a_model:number", "has no function 'number'"),
        ("a_model:odd", "returned ABCMeta, not a demo.models.custom.CustomModel: see docs/your_model.md"),
        ("a_model:unnamed", "'a/b,c' cannot name a model"),
    ],
)
def test_a_spec_that_names_no_model_is_refused(here: Path, spec: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        load_custom_model(spec)


@pytest.mark.parametrize("specs", [("a_model:good", "a_model:good"), ("a_model:clash",), BASELINES])
def test_two_models_of_one_name_are_refused(here: Path, specs: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="Two models have the name .*: rename one of them"):
        all_models(specs)


def test_a_card_needs_a_title_and_a_difference() -> None:
    with pytest.raises(ValueError, match="no title or no difference"):
        CustomModel("name", " ", "difference", FlowSegmenter)


def test_ones_own_models_stand_behind_the_shipped_ones(here: Path) -> None:
    models = all_models(["a_model:good"])
    shipped = ShippedModels().choices()
    listed = models.choices()
    assert listed[: len(shipped)] == shipped
    assert [choice.name for choice in listed[len(shipped) :]] == ["flow", "good"]
    assert (listed[-1].title, listed[-1].difference, listed[-1].reason) == ("Good", "a second flow", "")
    assert variant_of("good") is None
    assert models.facts("good").weights_sha256 == ""
    assert models.facts("lite/llb") == ShippedModels().facts("lite/llb")


def test_the_lead_is_a_model_with_search_regions() -> None:
    segmenters = all_models().segmenters(["flow", "lite/joint", "lite/llb~gates"], Settings())
    assert list(segmenters) == ["lite/joint", "lite/llb~gates", "flow"]
    follower = segmenters["lite/llb~gates"]
    assert isinstance(follower, VideoSegmenter)
    assert follower._lead is segmenters["lite/joint"]
    assert isinstance(segmenters["flow"], FlowSegmenter)


def test_every_pass_has_a_segmenter_of_its_own() -> None:
    models = CustomModels(BASELINES)
    first, second = (models.segmenters(["flow"], Settings())["flow"] for _ in range(2))
    assert first is not second


def test_models_cross_a_process_by_their_specs(here: Path) -> None:
    models = CombinedModels([ShippedModels(), CustomModels([*BASELINES, "a_model:good"])])
    copied = pickle.loads(pickle.dumps(models))
    assert copied.choices() == models.choices()
    assert isinstance(copied.segmenters(["good"], Settings())["good"], FlowSegmenter)
