"""What a visitor chose, from the components and from a link."""

from __future__ import annotations

import pytest

from demo.models.settings import Settings
from demo.page.choice import Choice

ABLE = ("lite/llb", "lite/joint")


def test_components_and_settings_are_the_same_choice() -> None:
    settings = Settings(3, 2, 4, 4.5, shared_regions=False, search_again=True)
    choice = Choice.of(["lite/llb", "lite/llb~gates"], settings)
    assert choice == (["lite/llb"], ["lite/llb~gates"], 3, 2, 4, 4.5, False, True)
    assert choice.settings == settings
    assert choice.entries == ["lite/llb", "lite/llb~gates"]


def test_a_search_factor_of_zero_is_the_models_own() -> None:
    assert Choice([], [], 20.0, 5.0, 20.0, 0, True, False).settings == Settings()
    assert Choice.of([], Settings()).search_factor == 0


def test_a_link_brings_models_and_settings() -> None:
    query = {"models": "lite/joint,lite/llb~gates,lite/joint", "memory": "7", "shared": "false", "again": "true"}
    choice = Choice.from_link(query, ABLE)
    settings = Settings(memory_size=7, shared_regions=False, search_again=True)
    assert choice == Choice.of(["lite/joint", "lite/llb~gates"], settings)


def test_an_address_without_models_chooses_nothing() -> None:
    assert Choice.from_link({"theme": "dark"}, ABLE) is None


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"models": "lite/llb", "memory": "many"}, "not a number"),
        ({"models": "lite/llb", "memory": "0"}, "memory to 0: the page offers 1 to 50"),
        ({"models": "lite/llb", "memory": "80"}, "memory to 80: the page offers 1 to 50"),
        ({"models": "lite/llb", "interval": "21"}, "the page offers 2 to 20"),
        ({"models": "lite/llb", "steps": "-1"}, "the page offers 1 to 40"),
        ({"models": "lite/llb", "search": "inf"}, "the page offers 0 or 1.5 to 8 in steps of 0.5"),
        ({"models": "lite/llb", "search": "nan"}, "the page offers 0 or 1.5 to 8 in steps of 0.5"),
        ({"models": "lite/llb", "search": "1"}, "sets search to 1: the page offers 0 or 1.5 to 8"),
        ({"models": "lite/llb~nothing"}, "'lite/llb~nothing', which cannot run here"),
        ({"models": "lite/joint~gates"}, "'lite/joint~gates', which cannot run here"),
        ({"models": "paper/llb,lite/llb"}, "'paper/llb', which cannot run here"),
    ],
)
def test_a_bad_link_gets_a_sentence(query: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Choice.from_link(query, ABLE)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_setting_that_is_no_number_is_refused(value: float) -> None:
    for place in range(4):
        numbers = [20.0, 5.0, 20.0, 0.0]
        numbers[place] = value
        with pytest.raises(ValueError, match="has to be a( whole)? number"):
            _ = Choice([], [], *numbers, True, False).settings
