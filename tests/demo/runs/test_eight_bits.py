"""Features in eight bits: how far they are off, and how small they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from demo.runs.eight_bits import EightBits
from demo.runs.trace_file import TraceFolder, load_arrays, save_arrays
from tests.support.page_fakes import fake_trace


def test_a_value_is_off_by_half_a_step_at_most() -> None:
    values = np.random.default_rng(0).normal(size=(3, 8, 15, 26)).astype(np.float32)
    values *= np.logspace(-3, 3, 8, dtype=np.float32)[:, None, None]
    found = EightBits.of(values).values()
    ranges = np.ptp(values, axis=(0, 2, 3))
    assert (np.abs(found - values).max((0, 2, 3)) <= ranges / 509).all()
    assert EightBits.of(values).steps.nbytes == values.nbytes / 4


def test_nothing_stays_exactly_nothing() -> None:
    values = np.maximum(np.random.default_rng(0).normal(size=(4, 6, 10)), 0).astype(np.float32)
    values[2] = 0
    values[3] = -1.5
    found = EightBits.of(values).values()
    assert (found[:3][values[:3] == 0] == 0).all()
    assert (found[3] == -1.5).all()


def test_what_is_taken_away_are_values_again(tmp_path: Path) -> None:
    trace = fake_trace("lite/llb", 1, 4, (120, 160), keys=True)
    folder = TraceFolder(tmp_path)
    folder.write(4, [trace], None)
    arrays = load_arrays(folder.files()[0])
    assert arrays["1.memory_keys"].dtype == arrays["1.value"].dtype == np.float16
    assert arrays["1.value"] == pytest.approx(trace.value, abs=0.02)
    assert arrays["1.mask"].dtype == np.uint8
    assert not [key for key in arrays if key.endswith("ranges")]


def test_dead_channels_take_next_to_no_room(tmp_path: Path) -> None:
    """As in a lite model's labels, where 27 of 32 channels hold nothing."""
    feature = np.random.default_rng(0).normal(size=(32, 15, 26)).astype(np.float32)
    feature[5:] = 0
    bits = EightBits.of(feature)
    save_arrays(tmp_path / "a.npz", {"label": bits.steps, "label.ranges": bits.ranges})
    assert (tmp_path / "a.npz").stat().st_size < feature.nbytes / 16
