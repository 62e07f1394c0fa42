"""Uploaded zips of masks: panes beside what is on show, true masks, and what is refused in a sentence."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo.clips.clip import Clip, save_clip, save_facts
from demo.clips.upload import Limits
from demo.masks.chosen_clip import choose_clip, chosen_clip
from demo.page.result_import import ResultImport
from demo.runs.run import Run
from demo.runs.session import Session, SessionStore
from llb.io.label_png import encode_labels
from tests.support.clips import Array, square_clip
from tests.support.other_results import BAD, FRAMES, SQUARES, poor_masks, write_zip


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return SessionStore(tmp_path / "sessions").create()


@pytest.fixture
def labels() -> Array:
    return square_clip(FRAMES, SQUARES)[1]


def with_clip(session: Session, **facts: int) -> Clip:
    rgb, _ = square_clip(FRAMES, SQUARES)
    clip = save_facts(save_clip(session.new_folder("clip"), "mine", enumerate(rgb)), **facts)
    choose_clip(session, clip)
    return clip


def upload(session: Session, *paths: Path, shown: Run | None = None) -> Run:
    return ResultImport(session, Limits()).upload(paths, shown)


def test_each_zip_becomes_a_pane_and_truth_is_what_they_are_scored_against(
    session: Session, labels: Array, tmp_path: Path
) -> None:
    with_clip(session)
    cutie, sam = write_zip(tmp_path / "Cutie.zip", labels), write_zip(tmp_path / "SAM2.zip", poor_masks(labels))
    run = upload(session, cutie, sam)
    assert [record.title for record in run.variants] == ["Cutie", "SAM2"]
    assert run.variants[0].overlap is None
    assert run.opens_at == BAD
    scored = upload(session, cutie, sam, write_zip(tmp_path / "truth.zip", labels), shown=run)
    assert [record.title for record in scored.variants] == ["Cutie", "SAM2"]
    assert scored.variants[0].overlap == 1.0
    assert chosen_clip(session).has_truth
    later = upload(session, write_zip(tmp_path / "XMem.zip", labels), shown=scored)
    assert [record.title for record in later.variants] == ["Cutie", "SAM2", "XMem"]


def test_masks_of_a_whole_file_are_those_of_the_part_in_use(session: Session, labels: Array, tmp_path: Path) -> None:
    with_clip(session, start=4, stride=2)
    names = [f"{index:05d}.png" for index in range(4, 4 + 2 * FRAMES)]
    run = upload(session, write_zip(tmp_path / "Cutie.zip", np.repeat(labels, 2, 0), names))
    np.testing.assert_array_equal(run.labels("result-Cutie", 7), labels[7])


@pytest.mark.parametrize("folder", ["../../../../evil", "/evil", "..\\\\..\\\\evil"])
def test_names_in_a_zip_lead_nowhere(session: Session, labels: Array, tmp_path: Path, folder: str) -> None:
    with_clip(session)
    path, frame = tmp_path / "Cutie.zip", encode_labels(labels[0])
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(FRAMES):
            archive.writestr(f"{folder}/{index:05d}.png", frame)
    with suppress(ValueError):  # that there is nothing in it
        upload(session, path)
    assert {file.parent for file in tmp_path.rglob("*.zip")} == {tmp_path}
    assert not [file for file in tmp_path.rglob("*.png") if session.folder not in file.parents]
    assert not Path("/evil").exists()


def packed(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.png", content)
    return path


def picture(mode: str, size: tuple[int, int]) -> bytes:
    data = io.BytesIO()
    Image.new(mode, size).save(data, "PNG")
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "files", "sentence"),
    [
        ("masks.rar", {}, "masks.rar is not a zip"),
        ("Cutie.zip", {}, "Cutie holds no PNG masks"),
        ("Cutie.zip", {"a": b"x"}, "a.png"),
        ("Cutie.zip", {"a": picture("L", (10, 10))}, "Cutie has 1 masks, the first of them a.png"),
        ("Cutie.zip", {"00000": picture("L", (480, 270))}, "Cutie: 00000.png is 480x270, the clip 144x96"),
        ("Cutie.zip", {"00000": picture("L", (9000, 10))}, "00000.png is too large"),
        ("Cutie.zip", {"a/00000": b"x", "b/00000": b"x"}, "00000.png"),
        ("truth.zip", {"00000": picture("L", (144, 96))}, "choose it together with the zip of a result"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence_and_changes_nothing(
    session: Session, tmp_path: Path, name: str, files: dict[str, bytes], sentence: str
) -> None:
    with_clip(session)
    with pytest.raises(ValueError, match=sentence) as error:
        upload(session, packed(tmp_path / name, **files))
    assert str(tmp_path) not in str(error.value)
    assert session.runs() == []
    session.store.at_work.check_no_reading(session.token)


def test_a_broken_zip_and_a_file_that_is_gone_are_refused(session: Session, tmp_path: Path) -> None:
    with_clip(session)
    (tmp_path / "Cutie.zip").write_bytes(b"PK no zip")
    with pytest.raises(ValueError, match=r"Cutie\.zip is not a zip that can be read"):
        upload(session, tmp_path / "Cutie.zip")
    with pytest.raises(ValueError, match="no longer there"):
        upload(session, tmp_path / "gone.zip")
