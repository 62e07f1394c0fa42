"""What belongs to the key of a run, and what does not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demo.clips.clip import Clip, save_facts
from demo.models.settings import Settings
from demo.runs import run_key
from demo.runs.run import VariantRecord
from demo.runs.run_key import engine_version, make_key
from tests.support.page_fakes import fake_shelf

RECORDS = (VariantRecord("lite/llb", "LLB", weights_sha256="a", precision="fp32"), VariantRecord("flow", "Flow"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


def marks(clip: Clip) -> dict[int, np.ndarray]:
    labels = clip.truth(0)
    assert labels is not None
    return {0: labels}


def test_a_key_is_the_same_for_the_same_content_wherever_it_lies(clip: Clip, tmp_path: Path) -> None:
    copied = save_facts(Clip.open(shutil.copytree(clip.folder, tmp_path / "copy")), title="Another title")
    key = make_key(clip, marks(clip), RECORDS, Settings())
    renamed = [replace(record, title="Another title", frames=3) for record in RECORDS]
    assert make_key(copied, marks(clip), renamed, Settings()) == key


def test_a_key_changes_with_everything_that_results_depend_on(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = fake_shelf(tmp_path).clip("disc two")
    labels = marks(clip)[0]
    painted = labels.copy()
    painted[0, 0] = 1
    weights, precision = (replace(RECORDS[0], **change) for change in ({"weights_sha256": "b"}, {"precision": "bf16"}))
    keys = [
        make_key(clip, marks(clip), RECORDS, Settings()),
        make_key(other, marks(clip), RECORDS, Settings()),
        make_key(clip, {0: painted}, RECORDS, Settings()),
        make_key(clip, {1: labels}, RECORDS, Settings()),
        make_key(clip, marks(clip), RECORDS[:1], Settings()),
        make_key(clip, marks(clip), RECORDS[::-1], Settings()),
        make_key(clip, marks(clip), (weights, RECORDS[1]), Settings()),
        make_key(clip, marks(clip), (precision, RECORDS[1]), Settings()),
        make_key(clip, marks(clip), RECORDS, Settings(memory_size=3)),
        make_key(clip, marks(clip), RECORDS, Settings(shared_regions=False)),
    ]
    monkeypatch.setattr(run_key, "engine_version", lambda: "another engine")
    keys.append(make_key(clip, marks(clip), RECORDS, Settings()))
    monkeypatch.setattr(run_key, "SERVER", "another process")  # it may have loaded another flow model
    keys.append(make_key(clip, marks(clip), RECORDS, Settings()))
    assert len(set(keys)) == len(keys)


def test_the_engine_s_version_is_of_its_code_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copied = tmp_path / "llb"
    shutil.copytree(run_key.LLB, copied, ignore=shutil.ignore_patterns("__pycache__", "weights"))
    monkeypatch.setattr(run_key, "LLB", copied)

    def version() -> str:
        engine_version.cache_clear()
        return engine_version()

    before = version()
    with (copied / "cli.py").open("a") as file:
        file.write("\n# no part of the engine\n")
    assert version() == before
    with (copied / "model" / "fusion.py").open("a") as file:
        file.write("\nCHANGED = 1\n")
    assert version() != before
    monkeypatch.undo()
    engine_version.cache_clear()
