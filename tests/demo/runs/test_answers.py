"""What is shipped of the examples: up to date, small, and what the models find."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from demo.clips.examples import EXAMPLES, ExampleShelf
from demo.clips.stories import STORIES
from demo.inside.diagram import Absence
from demo.inside.questions import Place
from demo.inside.recorded import Recorded
from demo.models.combined import models_of_examples
from demo.models.settings import LONG_SUFFIX, Settings
from demo.page.choice import in_page_order, knock_outs_of
from demo.page.example_gallery import ExampleGallery
from demo.runs import ready_file
from demo.runs.answers import Answers, is_fresh
from demo.runs.passes import Repair
from demo.runs.ready_file import FOLDER, ReadyFile
from demo.runs.ready_runs import GREETING, ReadyRuns
from demo.runs.run import Run
from demo.runs.run_cache import RunCache, give_results
from demo.runs.run_setup import MOST_MODELS, RunRequest, able_models
from llb.evaluation.metrics import region_similarity

FRAMES = 4  # of an example that are computed here
LARGEST, ALL = 6_000_000, 13_000_000  # bytes


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> ExampleShelf:
    return ExampleShelf.own(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def answers(tmp_path: Path, shelf: ExampleShelf) -> Answers:
    return Answers(RunCache(tmp_path / "runs", 10**9), models_of_examples(), shelf)


def request(shelf: ExampleShelf, entries: tuple[str, ...] = GREETING) -> RunRequest:
    clip = shelf.clip("bee")
    labels = clip.truth(0)
    assert labels is not None
    return RunRequest(clip, {0: labels}, entries)


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_is_shipped_is_of_today_s_clips_weights_and_engine(example: str) -> None:
    assert is_fresh(example, models_of_examples()), "run python -m scripts.prepare_examples (or with --if-equal)"


def test_it_is_small() -> None:
    sizes = [path.stat().st_size for path in FOLDER.glob("*.zip")]
    assert len(sizes) == len(EXAMPLES)
    assert max(sizes) < LARGEST
    assert sum(sizes) < ALL


@pytest.mark.parametrize("example", EXAMPLES)
def test_any_choice_of_the_compared_models_is_ready(example: str) -> None:
    able = [name for name in able_models(models_of_examples()) if name.startswith(("lite/", "flow"))]
    able = [name for name in able if not name.endswith(LONG_SUFFIX)]
    file = ReadyFile.of(example)
    for count in range(1, MOST_MODELS + 1):
        for chosen in combinations(able, count):
            assert file.has(in_page_order(chosen, able)), chosen
    assert file.has([GREETING[0], *knock_outs_of(able)])


def test_an_example_is_answered_whole_but_for_the_inside_of_most_frames(answers: Answers, shelf: ExampleShelf) -> None:
    run = answers.find(request(shelf))
    assert run is not None
    length = len(shelf.clip("bee"))
    assert (run.state, run.frames, run.inside_missing, run.series_length) == ("done", length, True, length)
    assert [record.precision for record in run.variants] == ["fp32", "fp32"]
    assert [record.seconds_per_frame for record in run.variants] == [None, None]
    last = run.frame_stats()[-1]
    for name in GREETING:
        stats = last.of(name, 1)
        found, exact = run.labels(name, length - 1) == 1, shelf.clip("bee").truth(length - 1) == 1
        assert stats.area == int(found.sum())
        assert stats.j == pytest.approx(region_similarity(found, exact), abs=1e-5)
        other = GREETING[1 - GREETING.index(name)]
        assert stats.agreement == pytest.approx(region_similarity(found, run.labels(other, length - 1) == 1))
        assert isinstance(Recorded.find(run, Place(name, 1, STORIES["bee"].frame)), Recorded)
        missing = Recorded.find(run, Place(name, 1, 5))
        assert isinstance(missing, Absence)
        assert missing.kind == "pending"
    assert answers.find(request(shelf)) == run  # the second time it is in the cache


def test_another_question_is_not_answered_with_it(
    answers: Answers, shelf: ExampleShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(shelf)
    painted = asked.marked[0].copy()
    painted[:40, :40] = 2
    assert answers.has_shipped(asked)
    for other in (
        replace(asked, marked={0: painted}),
        replace(asked, marked={**asked.marked, 3: painted}),
        replace(asked, settings=Settings(memory_size=5)),
    ):
        assert not answers.has_shipped(other)
        assert answers.find(other) is None
    monkeypatch.setattr(ready_file, "engine_version", lambda: "an engine that was changed")
    assert not Answers(answers.cache, answers.models, shelf).has_shipped(asked)


def noted(answers: Answers) -> list[RunRequest]:
    """Compute nothing, and return the list of what should have been."""
    asked: list[RunRequest] = []
    answers.compute = lambda request: asked.append(request) or None  # type: ignore[func-returns-value]
    return asked


def answered(answers: Answers, shelf: ExampleShelf, folder: Path) -> tuple[Run, Run]:
    """Return what is shipped, and a visitor's run that is to get it."""
    entry = answers.find(request(shelf))
    assert entry is not None
    return entry, Run(folder / "run-1", shelf.clip("bee").folder, (1,), entry.variants).save()


def test_a_visitor_s_run_gets_the_inside_once_it_is_computed(
    answers: Answers, shelf: ExampleShelf, tmp_path: Path
) -> None:
    asked = noted(answers)
    entry, run = answered(answers, shelf, tmp_path)
    run.save_marked_masks(request(shelf).marked)
    run = answers.complete(give_results(entry, run))
    assert run.inside_missing
    assert [request.entries for request in asked] == [list(GREETING)]
    whole = give_results(entry, Run(answers.cache.new_folder(), run.clip_folder, (1,), ()).save())
    trace = run.traces(GREETING[0]).path(STORIES["bee"].frame).read_bytes()
    for name in GREETING:
        for index in range(run.frames):
            whole.traces(name).path(index).write_bytes(trace)
    answers.cache.keep(whole.save(inside_missing=False))
    done = answers.complete(run)
    assert not done.inside_missing
    assert len(done.traces(GREETING[1]).files()) == run.frames
    assert len(asked) == 1


def test_a_repair_gets_what_its_run_lacked_and_keeps_its_own(
    answers: Answers, shelf: ExampleShelf, tmp_path: Path
) -> None:
    asked = noted(answers)
    entry, run = answered(answers, shelf, tmp_path)
    run = give_results(entry, run)
    shipped, own, late = run.traces(GREETING[0]).path(STORIES["bee"].frame).read_bytes(), 40, 3
    marked = request(shelf).marked
    repair = run.begin_repair(tmp_path / "run-2", {**marked, own: marked[0]}, Repair(own))
    assert answers.complete(repair) == repair, "it is not touched while it waits"
    repair.traces(GREETING[0]).folder.mkdir()
    repair.traces(GREETING[0]).path(own).write_bytes(shipped[:7])
    repair = answers.complete(repair.save(state="done"))
    assert repair.inside_missing
    assert [sorted(each.marked) for each in asked] == [[0]], "the repair's marks ask something else"
    assert Recorded.find(repair, Place(GREETING[1], 1, late)).kind == "pending"  # type: ignore[union-attr]

    whole = give_results(entry, Run(answers.cache.new_folder(), run.clip_folder, (1,), ()).save())
    for name in GREETING:
        for index in range(run.frames):
            whole.traces(name).path(index).write_bytes(shipped)
    answers.cache.keep(whole.save(inside_missing=False))
    done = answers.complete(repair)
    assert not done.inside_missing
    assert done.traces(GREETING[0]).path(own).read_bytes() == shipped[:7]
    assert len(done.traces(GREETING[1]).files()) == run.frames
    forgotten = repair.save(inside_missing=True, inside_key="0" * 64)
    assert not answers.complete(forgotten).inside_missing, "nobody computes it: nothing is promised"


def test_every_example_has_a_comparison_in_a_folder_of_its_own(
    answers: Answers, shelf: ExampleShelf, tmp_path: Path
) -> None:
    ready = ReadyRuns(tmp_path, answers)
    runs = [ready.of_example(name) for name in ("bee", "train")]
    for run, name in zip(runs, ("bee", "train"), strict=True):
        assert run is not None
        assert run.clip_folder == shelf.clip(name).folder
        assert not run.answered
        assert ready.find(run.folder.name) == run
        assert run.folder in ready.folders()
    assert ready.greeting() == runs[0]
    assert ready.find("showcase-0123456789ab") is None


def test_the_models_find_what_is_shipped(shelf: ExampleShelf) -> None:
    clip, columns = shelf.clip("bee"), ReadyFile.of("bee").columns(GREETING)
    labels = clip.truth(0)
    assert labels is not None
    segmenters = models_of_examples().segmenters(GREETING, Settings())
    for segmenter in segmenters.values():
        segmenter.start(clip.frame(0), {1: labels == 1})
    for index in range(1, FRAMES):
        for column in columns:
            found = segmenters[column.entry].step(clip.frame(index)).labels
            assert np.mean(found == column.labels[index]) > 0.999, (column.entry, index)


def test_a_server_starts_without_decoding_an_example(tmp_path: Path, answers: Answers) -> None:
    shelf = ExampleShelf.own(tmp_path)
    ready = ReadyRuns(tmp_path, replace(answers, shelf=shelf))
    assert len(set(ready.folders())) == len(ExampleGallery(shelf).examples) == len(EXAMPLES)
    assert not shelf.root.exists()


def test_an_example_s_first_frame_is_the_same_before_and_after_it_is_decoded(tmp_path: Path) -> None:
    shelf = ExampleShelf.own(tmp_path)
    before = shelf.first("bee")
    shelf.clip("bee")
    for early, late in zip(before, shelf.first("bee"), strict=True):
        np.testing.assert_array_equal(early, late)
