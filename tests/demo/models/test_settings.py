"""What a visitor may set, and the knock-outs."""

from __future__ import annotations

import numpy as np
import pytest

from demo.models.settings import (
    KNOCK_OUTS,
    OFFERED,
    Settings,
    entry_name,
    settings_from,
    split_entry,
    variant_of,
    with_leads,
)
from demo.models.shipped import ShippedModels
from llb.config import InferenceConfig
from llb.inference import VideoSegmenter
from tests.support.clips import square_clip
from tests.support.runs import ONE


def test_the_defaults_are_the_engines() -> None:
    assert Settings().config() == InferenceConfig()


def test_a_value_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="memory_size is 0"):
        Settings(memory_size=0).config()


def test_entries_name_the_model_and_the_part() -> None:
    assert split_entry(entry_name("lite/llb")) == ("lite/llb", "")
    assert split_entry(entry_name("lite/llb", "gates")) == ("lite/llb", "gates")
    with pytest.raises(ValueError, match="choose one of gates"):
        split_entry("lite/llb~everything")


def test_knock_outs_of_the_engine_change_its_settings_alone() -> None:
    config = InferenceConfig(memory_size=7, steps_first=9)
    assert KNOCK_OUTS["memory-1"].apply(config) == InferenceConfig(memory_size=1, steps_first=9)
    assert KNOCK_OUTS["tau-frozen"].apply(config) == InferenceConfig(memory_size=7, steps_first=9, steps_update=0)
    assert KNOCK_OUTS["gates"].apply(config) == config


def test_the_first_model_leads_where_regions_are_shared() -> None:
    names = ["lite/llb", "lite/joint", entry_name("lite/llb", "only-e2")]
    rgb, labels = square_clip(3, ONE)
    masks = {1: labels[0] == 1}
    for shared in (True, False):
        segmenters = ShippedModels().segmenters(names, Settings(shared_regions=shared))
        results = [segmenter.start(rgb[0], masks) for segmenter in segmenters.values()]
        results = [segmenter.step(rgb[1]) for segmenter in segmenters.values()]
        assert not np.array_equal(results[0].prob, results[2].prob)
        leads = [segmenter._lead for segmenter in segmenters.values() if isinstance(segmenter, VideoSegmenter)]
        assert leads == [None, *[segmenters["lite/llb"] if shared else None] * 2]


def test_a_model_with_larger_crops_has_regions_of_its_own() -> None:
    names = ["lite/llb", "lite/joint", "lite/llb-long", "flow"]
    assert with_leads(names) == [
        ("lite/llb", "lite/llb"),
        ("lite/joint", "lite/llb"),
        ("lite/llb-long", "lite/llb-long"),
        ("flow", ""),
    ]
    models = ShippedModels()
    able = [choice.name for choice in models.choices() if not choice.reason]
    for name, lead in with_leads(able):
        assert (models.network(name).scale.crop == models.network("lite/llb").scale.crop) == (lead == "lite/llb")
    rgb, labels = square_clip(3, ONE)
    segmenters = models.segmenters(names[:3], Settings())
    for segmenter in segmenters.values():
        segmenter.start(rgb[0], {1: labels[0] == 1})
    for segmenter in segmenters.values():
        segmenter.step(rgb[1])
    assert [segmenter._lead for segmenter in segmenters.values()] == [None, segmenters["lite/llb"], None]


def test_an_entry_names_its_variant() -> None:
    assert [variant_of(name) for name in ("lite/llb-long", "lite/llb~gates", "lite/llb-2")] == ["llb", "llb", "llb-2"]


@pytest.mark.parametrize("name", OFFERED)
def test_the_engine_takes_every_value_that_the_page_offers(name: str) -> None:
    values = OFFERED[name].values()
    for value in (values[0], values[1], values[-1]):
        settings_from({name: f"{value:g}"}).config()


def test_a_link_restores_settings_and_refuses_nonsense() -> None:
    query = {"models": "lite/llb", "memory": "7", "interval": "3", "steps": "9", "search": "2.5"}
    query |= {"shared": "false", "again": "true"}
    assert settings_from(query) == Settings(7, 3, 9, 2.5, False, True)
    assert settings_from({"models": "lite/llb"}) == Settings()
    for bad in (
        {"memory": "many"},
        {"memory": "0"},
        {"interval": "1e9x"},
        {"search": "nan"},
        {"search": "1"},
        {"search": "2.25"},
    ):
        with pytest.raises(ValueError):
            settings_from(bad)
