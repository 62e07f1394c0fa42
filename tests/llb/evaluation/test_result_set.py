"""Results of several programs on a data set or a clip: the same figures as `llb score`, the worst sequence first."""

from __future__ import annotations

from pathlib import Path

import pytest

from llb.evaluation.datasets import DatasetChoice
from llb.evaluation.masks import MaskSource, score_masks
from llb.evaluation.result_set import NamedResult, find_results, worst_first
from llb.io.label_png import read_labels, write_labels
from tests.support.benchmark_data import davis, shifted, youtube_vos
from tests.support.other_results import write_results


def copied(data: Path, out: Path, moved: str = "") -> Path:
    """Write the true masks of a DAVIS folder as a result, those of one sequence some pixels aside."""
    for file in sorted((data / "Annotations/480p").rglob("*.png")):
        labels = read_labels(file)
        folder = out / file.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        write_labels(folder / file.name, shifted(labels[None])[0] if file.parent.name == moved else labels)
    return out


def named(**folders: Path) -> list[NamedResult]:
    return [NamedResult(title, MaskSource(path)) for title, path in folders.items()]


def test_rows_have_the_figures_of_llb_score(tmp_path: Path) -> None:
    data = davis(tmp_path / "data")
    poor = copied(data, tmp_path / "poor", "dog")
    choice = DatasetChoice(data, "val")
    found = find_results(choice, named(poor=poor))
    rows = worst_first([found.row(sequence) for sequence in found.dataset.sequences])
    (scored,) = score_masks(MaskSource(poor), choice.find().only(("dog",))).sequences
    assert [(row.name, row.scores[0]) for row in rows] == [("dog", scored.score), ("bear", None)]
    assert "object 2" in rows[1].troubles[0]  # of which DAVIS does not ask in bear: neither can be scored


def test_what_is_missing_or_of_another_size_is_said_of_its_result(tmp_path: Path) -> None:
    data = davis(tmp_path / "data")
    good, lacking = copied(data, tmp_path / "good"), copied(data, tmp_path / "lacking")
    for index in range(3, 8):
        (lacking / "dog" / f"{index:05d}.png").unlink()
    small = copied(data, tmp_path / "small")
    write_labels(small / "dog/00004.png", read_labels(small / "dog/00004.png")[:40, :60])
    found = find_results(DatasetChoice(data, "val"), named(Good=good, SAM2=lacking, Small=small))
    row = found.row(found.sequence("dog"))
    assert row.scores[0] is not None
    assert row.scores[1:] == (None, None)
    assert row.troubles[0] == "SAM2 lacks frames 3-7."
    assert any("Small" in trouble and "60x40" in trouble for trouble in row.troubles)


def test_a_clip_is_one_sequence_whose_results_may_be_named_otherwise(tmp_path: Path) -> None:
    written = write_results(tmp_path)
    for file in sorted(written.poor.iterdir()):
        file.rename(file.with_name(f"mask_{file.name}"))
    choice = DatasetChoice(written.clip, "val")
    found = find_results(choice, named(good=written.good, poor=written.poor), written.truth)
    found.check_clip()
    row = found.row(found.dataset.sequences[0])
    assert row.scores[0] is not None
    assert row.scores[0].mean == 1.0
    assert row.scores[1] is not None
    assert row.worst == row.scores[1].mean < 0.9


def test_frames_that_a_benchmark_does_not_ask_for_are_none_of_a_results(tmp_path: Path) -> None:
    data = youtube_vos(tmp_path)
    found = find_results(DatasetChoice(data, "valid"), named(truth=data / "valid/Annotations"))
    sequence = found.dataset.sequences[0]
    assert len(found.masks(sequence)[0]) == len(sequence.asked) < len(sequence.stems)
    assert found.row(sequence).scores[0] is not None


def test_sentences_for_a_page_hold_no_folders(tmp_path: Path) -> None:
    data = davis(tmp_path / "data")
    good = copied(data, tmp_path / "good")
    found = find_results(DatasetChoice(data, "val"), named(Good=good))
    (data / "Annotations/480p/dog/00000.png").unlink()
    (good / "bear/00004.png").write_bytes(b"no picture")
    troubles = [trouble for each in found.dataset.sequences for trouble in found.row(each).troubles]
    assert len(troubles) == 2
    assert not [trouble for trouble in troubles if str(tmp_path) in trouble]


def test_wrong_options_are_refused_in_a_sentence(tmp_path: Path) -> None:
    written = write_results(tmp_path)
    with pytest.raises(ValueError, match="write NAME=FOLDER"):
        NamedResult.parse("results/cutie")
    choice = DatasetChoice(written.clip, "val")
    with pytest.raises(ValueError, match="Two results are called 'A'"):
        find_results(choice, [NamedResult("A", MaskSource(written.good))] * 2)
    with pytest.raises(ValueError, match="There is no .*nowhere"):
        find_results(DatasetChoice(tmp_path / "nowhere", "val"), named(A=written.good))
