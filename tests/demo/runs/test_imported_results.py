"""Other programs' masks as a run: figures as `llb score` has them, panes beside a run of ours, the worst frame."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demo.clips.clip import Clip, save_clip, save_facts
from demo.clips.sequence_clip import import_sequence
from demo.clips.upload import Limits
from demo.exports.files import KINDS, export
from demo.page.player_value import PlayerVariant
from demo.runs.imported_results import ImportRequest, clip_truth, import_results
from demo.runs.passes import Repair
from demo.runs.run import Run
from demo.runs.run_key import clip_digest
from demo.runs.run_setup import RepairRequest, start_repair
from llb.evaluation.datasets import DatasetChoice
from llb.evaluation.frame_masks import FrameMasks, match_frames
from llb.evaluation.masks import MaskSource
from llb.evaluation.result_set import NamedResult, ResultSet, find_results
from llb.io.label_png import encode_labels, read_labels, write_labels
from tests.support.clips import Array, square_clip
from tests.support.other_results import BAD, FRAMES, SQUARES, poor_masks, write_results


def folders(root: Path) -> Callable[[], Path]:
    """Return what makes a new folder at each call."""
    numbers = itertools.count()

    def new_folder() -> Path:
        folder = root / f"run-{next(numbers)}"
        folder.mkdir()
        return folder

    return new_folder


def viewed(root: Path) -> ResultSet:
    written = write_results(root)
    results = [NamedResult("Good", MaskSource(written.good)), NamedResult("Poor one", MaskSource(written.poor))]
    return find_results(DatasetChoice(written.clip, "val"), results, written.truth)


def masks(title: str, labels: Array) -> FrameMasks:
    files = {f"{index:05d}": str(index) for index in range(len(labels))}
    return match_frames(title, files, list(files), lambda name: encode_labels(labels[int(name)]))


def saved_clip(folder: Path, truth: bool = True) -> tuple[Clip, Array]:
    rgb, labels = square_clip(FRAMES, SQUARES)
    return save_clip(folder, "squares", enumerate(rgb), labels if truth else ()), labels


def test_a_results_j_is_that_of_llb_score(tmp_path: Path) -> None:
    results = viewed(tmp_path)
    sequence = results.dataset.sequences[0]
    clip = import_sequence(sequence, tmp_path / "clip-1", Limits())
    request = ImportRequest(clip, results.masks(sequence), sequence)
    run = Run.open(import_results(request, folders(tmp_path)).folder)
    scored = [results.score(result, sequence) for result in results.results]
    assert [record.overlap for record in run.variants] == [each.score.j for each in scored]
    assert run.state == "done"
    assert run.frames == FRAMES
    assert run.objects == (1, 2)
    for record, each in zip(run.variants, scored, strict=True):
        for item in each.objects:
            by_frame = {frame.name: frame.score for frame in item.frames}
            for index, stats in enumerate(run.frame_stats()):
                score, found = by_frame.get(f"{index:05d}"), stats.of(record.name, item.id)
                assert (found.j, found.f) == ((score.j, score.f) if score else (None, None))


def test_it_opens_at_the_worst_frame_and_knows_how_far_the_results_agree(tmp_path: Path) -> None:
    clip, labels = saved_clip(tmp_path / "clip-1")
    request = ImportRequest(clip, [masks("good", labels), masks("poor", poor_masks(labels))], clip_truth(clip))
    run = import_results(request, folders(tmp_path))
    assert run.opens_at == BAD
    stats = run.frame_stats()[BAD]
    assert stats.of("result-poor", 2).agreement == 0.0
    assert stats.of("result-poor", 2).area == 0
    assert stats.of("result-good", 1).j == 1.0
    np.testing.assert_array_equal(run.labels("result-poor", BAD), poor_masks(labels)[BAD])


def test_without_truth_the_worst_frame_is_where_the_results_differ_most(tmp_path: Path) -> None:
    clip, labels = saved_clip(tmp_path / "clip-1", truth=False)
    request = ImportRequest(clip, [masks("good", labels), masks("poor", poor_masks(labels))])
    run = import_results(request, folders(tmp_path))
    assert run.opens_at == BAD
    assert run.variants[0].overlap is None


def test_an_object_out_of_sight_counts_in_the_mean_of_llb_score_and_not_in_the_curve(tmp_path: Path) -> None:
    rgb, labels = square_clip(FRAMES, SQUARES)
    labels[5][labels[5] == 2] = 0  # out of sight there, and still marked by one of the results
    clip = save_clip(tmp_path / "clip-1", "squares", enumerate(rgb), labels)
    late = labels.copy()
    late[5] = labels[4]
    request = ImportRequest(clip, [masks("good", labels), masks("late", late)], clip_truth(clip))
    run = import_results(request, folders(tmp_path))
    stats = run.frame_stats()[5]
    assert [stats.of(record.name, 2).j for record in run.variants] == [None, None]
    assert stats.of("result-good", 1).j == 1.0
    assert run.record("result-good").overlap == 1.0
    assert (run.record("result-late").overlap or 1) < 1 - 0.5 / (FRAMES - 1), "a frame of object 2 counts 0"
    assert PlayerVariant.of(run, run.variants[0]).pace == "mean J 1.00 (DAVIS)"


def test_results_lie_beside_a_run_and_replace_one_of_their_name(tmp_path: Path) -> None:
    clip, labels = saved_clip(tmp_path / "clip-1")
    new_folder, truth = folders(tmp_path), clip_truth(clip)
    first = import_results(ImportRequest(clip, [masks("A", labels), masks("B", labels)], truth), new_folder)
    again = ImportRequest(clip, [masks("B", poor_masks(labels)), masks("C", labels)], truth, beside=first)
    run = import_results(again, new_folder)
    assert [record.title for record in run.variants] == ["A", "B", "C"]
    assert run.record("result-A").overlap == 1.0
    assert (run.record("result-B").overlap or 0) < 1.0
    assert first.labels("result-B", BAD).max() == 2, "the run beside stays as it was"


def test_a_lacking_frame_is_named_shown_empty_and_leaves_no_mean(tmp_path: Path) -> None:
    clip, labels = saved_clip(tmp_path / "clip-1")
    whole = masks("SAM2", labels)
    lacking = replace(whole, files=(*whole.files[:3], None, None, *whole.files[5:]))
    run = import_results(ImportRequest(clip, [lacking], clip_truth(clip)), folders(tmp_path))
    assert run.notes == ("SAM2 lacks frames 3-4.",)
    assert not run.labels("result-SAM2", 3).any()
    assert run.frame_stats()[3].of("result-SAM2", 1).j is None
    assert run.variants[0].overlap is None


def test_another_size_and_empty_masks_are_refused_and_leave_no_run(tmp_path: Path) -> None:
    clip, labels = saved_clip(tmp_path / "clip-1")
    new_folder = folders(tmp_path)
    with pytest.raises(ValueError, match=r"Cutie: 0 is 10x10, the clip 144x96"):
        import_results(ImportRequest(clip, [masks("Cutie", labels[:, :10, :10])]), new_folder)
    with pytest.raises(ValueError, match="show no object"):
        import_results(ImportRequest(clip, [masks("Cutie", np.zeros_like(labels))]), new_folder)
    with pytest.raises(ValueError, match="6 is the most"):
        import_results(ImportRequest(clip, [masks(str(number), labels) for number in range(7)]), new_folder)
    assert not list(tmp_path.glob("run-*/run.json"))


def test_a_large_sequence_is_shown_smaller_and_scored_as_it_is(tmp_path: Path) -> None:
    results = viewed(tmp_path)
    sequence = results.dataset.sequences[0]
    clip = import_sequence(sequence, tmp_path / "clip-1", Limits(side_out=70))
    run = import_results(ImportRequest(clip, results.masks(sequence), sequence), folders(tmp_path))
    assert max(clip.width, clip.height) == 70
    assert run.labels("result-Good", 0).shape == (clip.height, clip.width)
    assert run.variants[1].overlap == results.score(results.results[1], sequence).score.j


def test_true_masks_of_some_frames_are_kept_as_those(tmp_path: Path) -> None:
    written = write_results(tmp_path)
    (written.truth / "00004.png").unlink()
    labels = read_labels(written.truth / "00005.png")
    labels[labels == 2] = 255
    write_labels(written.truth / "00005.png", labels)
    found = find_results(
        DatasetChoice(written.clip, "val"), [NamedResult("A", MaskSource(written.good))], written.truth
    )
    clip = import_sequence(found.dataset.sequences[0], tmp_path / "clip-1", Limits())
    assert clip.has_truth
    assert clip.truth(4) is None
    assert set(np.unique(clip.truth(5))) == {0, 1}, "void is no object"


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_can_be_taken_away_but_what_comes_from_the_inside(kind: str, tmp_path: Path) -> None:
    clip, labels = saved_clip(tmp_path / "clip-1")
    request = ImportRequest(clip, [masks("Cutie", labels), masks("SAM2", poor_masks(labels))], clip_truth(clip))
    run = import_results(request, folders(tmp_path))
    if kind in ("soft", "traces"):
        with pytest.raises(ValueError, match="None of these models has stored"):
            export(kind, run, clip)
    else:
        assert export(kind, run, clip).stat().st_size > 0


def test_a_clip_that_is_given_its_truth_asks_another_question(tmp_path: Path) -> None:
    clip, labels = saved_clip(tmp_path / "clip-1", truth=False)
    before = clip_digest(clip.folder)
    (clip.folder / "truth").mkdir()
    write_labels(clip.folder / "truth/00000.png", labels[0])
    assert clip_digest(clip.folder) == before
    save_facts(clip, has_truth=True)
    assert clip_digest(clip.folder) != before


def test_masks_of_other_programs_are_not_repaired(tmp_path: Path) -> None:
    clip, labels = saved_clip(tmp_path / "clip-1")
    run = import_results(ImportRequest(clip, [masks("Cutie", labels)]), folders(tmp_path))
    with pytest.raises(ValueError, match="cannot be repaired"):
        start_repair(RepairRequest(run, {3: labels[3]}, Repair(3)), folders(tmp_path / "repairs"))
