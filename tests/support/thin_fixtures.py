"""Thin whole fixtures for tests/fixtures: python -m tests.support.thin_fixtures ../shared/reference."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tests.parity.command import FIXTURES, read_fixture
from tests.parity.engine import thin as thin_engine
from tests.support.sampled import Array, Arrays, sample

WHOLE = ("rgb", "mask", "temporal_weight", "grad_names", "grad_norms")
ENTRIES = 800  # kept of every larger array


def thin(arrays: Arrays) -> dict[str, Array]:
    """Keep inputs and gradient norms, and a sample of every other array; an engine fixture is shortened instead."""
    if "memory_frames" in arrays:
        return thin_engine(arrays)
    kept: dict[str, Array] = {}
    for name, array in arrays.items():
        kept |= {name: array} if name in WHOLE else sample(name, array, ENTRIES)
    return kept


def main(source: Path) -> None:
    """Thin every fixture in `source` and copy the layouts, without their white space."""
    FIXTURES.mkdir(exist_ok=True)
    for path in sorted(source.glob("*_fixture.npz")):
        kept: dict[str, Any] = thin(read_fixture(path))
        np.savez_compressed(FIXTURES / path.name.replace("_fixture", "_thin"), **kept)
    for path in sorted(source.glob("*_keys.json")):
        (FIXTURES / path.name).write_text(json.dumps(json.loads(path.read_text()), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/reference"))
