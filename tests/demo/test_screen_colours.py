"""The colours on the screen: told apart by everyone, seen on every example."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from demo.clips.examples import EXAMPLES, load
from demo.runs.run_setup import MOST_MODELS, MOST_OBJECTS
from demo.screen_colours import OBJECT_COLOURS, object_colour

ROOT = Path(__file__).parents[2]
CSS = (ROOT / "demo/components/player/player.css").read_text(encoding="utf-8")
OPACITY = 0.45  # demo/components/player/screen.js
# Machado, Oliveira and Fernandes (2009), severity 1: https://www.inf.ufrgs.br/~oliveira/pubs_files/CVD_Simulation/
SIGHT = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1, 1.08883])


def linear(rgb: np.ndarray) -> np.ndarray:
    part = np.asarray(rgb, float) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray, sight: str) -> np.ndarray:
    """Return CIE L*a*b* of colours [..., 3] as an eye sees them."""
    seen = np.clip(linear(rgb) @ SIGHT[sight].T, 0, 1) @ XYZ.T / WHITE
    f = np.where(seen > 216 / 24389, np.cbrt(seen), (24389 / 27 * seen + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def apart(one: np.ndarray, other: np.ndarray, sight: str) -> np.ndarray:
    """Return the colour difference (CIE76); 2.3 is just noticeable, 10 is seen at a glance."""
    return np.linalg.norm(lab(one, sight) - lab(other, sight), axis=-1)


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    """Return the contrast as WCAG 2 has it, 1..21."""
    dark, light = sorted(float(linear(rgb) @ XYZ[1]) for rgb in (one, other))
    return (light + 0.05) / (dark + 0.05)


def hex_rgb(text: str) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(text.lstrip("#")), np.uint8)


@pytest.mark.parametrize("sight", SIGHT)
def test_objects_are_told_apart(sight: str) -> None:
    assert len(OBJECT_COLOURS) == MOST_OBJECTS
    for one, other in combinations(map(hex_rgb, OBJECT_COLOURS), 2):
        assert apart(one, other, sight) > 25


def test_objects_are_bright() -> None:
    assert object_colour(1) == (0, 191, 255)
    assert min(contrast(hex_rgb(colour), np.zeros(3)) for colour in OBJECT_COLOURS) > 4


def models(selector: str) -> list[np.ndarray]:
    found = re.search(rf"^{re.escape(selector)} {{(.*?)}}", CSS, re.DOTALL | re.MULTILINE)
    assert found is not None
    return [hex_rgb(colour) for colour in re.findall(r"--model-\d: (#\w+);", found[1])]


@pytest.mark.parametrize(("selector", "ground"), [(".player", "#ffffff"), (".dark .player", "#0b0f19")])
def test_models_are_seen_and_told_apart_in_charts(selector: str, ground: str) -> None:
    colours = models(selector)
    assert len(colours) == MOST_MODELS
    assert min(contrast(colour, hex_rgb(ground)) for colour in colours) >= 3  # WCAG 2: graphics
    for sight in SIGHT:  # dashes tell them apart, too
        assert min(apart(one, other, sight) for one, other in combinations(colours, 2)) > 10


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_overlay_differs_from_its_picture(name: str) -> None:
    example = load(name)
    for index in (0, len(example.frames) // 2):
        frame, labels = example.frames[index].astype(float), example.labels[index]
        for target in set(np.unique(labels).tolist()) - {0}:
            pixels = frame[labels == target][::29]
            painted = (1 - OPACITY) * pixels + OPACITY * np.array(object_colour(target))
            for sight in SIGHT:
                assert np.median(apart(painted, pixels, sight)) > 10, (target, sight)
            outline = np.array(object_colour(target), float)
            assert np.median(apart(outline, pixels, "deuteranopia")) > 25


def test_the_opacity_here_is_the_players() -> None:
    script = (ROOT / "demo/components/player/screen.js").read_text(encoding="utf-8")
    assert f"OPACITY = {OPACITY};" in script
