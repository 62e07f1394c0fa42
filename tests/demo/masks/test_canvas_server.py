"""What the mask canvas asks the server."""

from __future__ import annotations

import base64
import itertools
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo import text
from demo.masks import canvas_server
from demo.masks.annotations import Annotations
from demo.masks.canvas import CanvasValue
from demo.masks.canvas_server import CanvasServer
from demo.runs.compare import compare
from demo.runs.file_address import address_of
from demo.runs.lane import Lane
from demo.runs.lookup import RunLookup
from demo.runs.run import Run, VariantRecord
from demo.runs.session import Session, SessionStore
from llb.io.label_png import decode_labels, encode_labels
from tests.support.page_fakes import FRAMES, SIZE, FakeModels, FakeSegmenter, fake_shelf, ready_runs


class Canvas:
    """Asks as the page does."""

    def __init__(self, root: Path) -> None:
        self.shelf, self.store = fake_shelf(root), SessionStore(root / "sessions")
        self.numbers = itertools.count(1_800_000_000_000)
        self.session: Session = self.store.create()
        self.clip = self.shelf.clip("disc")
        self.session.note(clip=self.clip.folder)
        self.server = CanvasServer(self.store, RunLookup(self.store, ready_runs(root, FakeModels(), self.shelf)))

    def save(self, index: int, labels: np.ndarray) -> dict[str, Any]:
        """Save as the page does: each save has a larger number than the one before."""
        return self.ask("save", index=index, labels=address(labels), number=next(self.numbers))

    def ask(self, what: str, **question: Any) -> dict[str, Any]:
        asked = {"what": what, "token": self.session.token, "stamp": address_of(self.clip.folder), **question}
        return self.server.answer(asked)

    def annotations(self) -> Annotations:
        return Annotations.of(self.session, self.clip)


@pytest.fixture
def canvas(tmp_path: Path) -> Canvas:
    return Canvas(tmp_path)


def address(labels: np.ndarray) -> str:
    return "data:image/png;base64," + base64.b64encode(encode_labels(labels)).decode()


def read(source: str) -> np.ndarray:
    return decode_labels(base64.b64decode(source.partition(",")[2]), "answer")


def square(target: int = 1) -> np.ndarray:
    labels = np.zeros(SIZE, np.uint8)
    labels[20:60, 30:80] = target
    return labels


def test_an_example_begins_with_its_exact_mask(canvas: Canvas) -> None:
    assert CanvasValue.of(canvas.session, canvas.clip).marked == (0,)
    assert (read(canvas.ask("labels", index=0)["labels"]) == canvas.clip.truth(0)).all()
    assert canvas.ask("labels", index=3) == {"labels": None}


def test_any_frame_may_be_marked_and_unmarked(canvas: Canvas) -> None:
    assert canvas.save(5, square(2)) == {"marked": [0, 5]}
    assert (read(canvas.ask("labels", index=5)["labels"]) == square(2)).all()
    assert canvas.save(0, np.zeros(SIZE, np.uint8)) == {"marked": [5]}
    assert canvas.annotations().all().keys() == {5}


def test_a_save_that_comes_late_does_not_take_the_place_of_a_newer_one(canvas: Canvas) -> None:
    slow, quick = (
        {"index": 3, "labels": address(square(target)), "number": number} for target, number in ((1, 7), (2, 8))
    )
    assert canvas.ask("save", **quick) == {"marked": [0, 3]}
    for late in (slow, quick):
        assert canvas.ask("save", **late) == {"error": text.OLDER_PAINTING}
    assert (read(canvas.ask("labels", index=3)["labels"]) == square(2)).all()
    assert CanvasValue.of(canvas.session, canvas.clip).saved == 8, "a reload goes on from there"
    canvas.ask("save", index=3, labels=address(np.zeros(SIZE, np.uint8)), number=10)
    canvas.ask("save", **{**slow, "number": 9})
    assert canvas.ask("labels", index=3) == {"labels": None}, "what was cleared stays so"


def test_each_clip_has_its_own_marks_which_stay(canvas: Canvas) -> None:
    canvas.save(2, square())
    other = canvas.shelf.clip("disc two")
    assert CanvasValue.of(canvas.session, other).marked == (0,)
    assert CanvasValue.of(canvas.session, canvas.clip).marked == (0, 2)


def test_objects_have_names(canvas: Canvas) -> None:
    assert canvas.ask("rename", target=2, name="  the   cat ") == {"names": {"2": "the cat"}}
    assert canvas.ask("rename", target=2, name="") == {"names": {}}
    assert "go from 1 to 8" in canvas.ask("rename", target=9, name="x")["error"]


def test_grab_cut_answers_with_a_mask(canvas: Canvas) -> None:
    disc = np.equal(canvas.clip.truth(2), 1)
    ys, xs = np.nonzero(disc)
    box = [int(ys.min()) - 3, int(xs.min()) - 3, int(ys.max()) + 4, int(xs.max()) + 4]
    found = read(canvas.ask("box", index=2, box=box)["mask"]) > 0
    assert (found & disc).sum() / (found | disc).sum() > 0.9
    scribble = np.zeros(SIZE, np.uint8)
    scribble[58:62, int(xs.mean()) - 12 : int(xs.mean()) + 12] = 1
    found = (
        read(canvas.ask("hints", index=2, hints=address(scribble), mask=address(np.zeros(SIZE, np.uint8)))["mask"]) > 0
    )
    assert (found & disc).sum() / (found | disc).sum() > 0.9


def test_a_picture_is_imported(canvas: Canvas) -> None:
    answer = canvas.ask("import", index=1, file=address(square(4)), file_name="../mask.png")
    assert (read(answer["labels"]) == square(4)).all()


def test_a_proposal_is_what_a_model_has_under_what_the_visitor_marked(canvas: Canvas, tmp_path: Path) -> None:
    name = "lite/llb"
    run = Run(canvas.session.new_folder("run"), canvas.clip.folder, (1,), (VariantRecord(name, "LLB"),))
    run.save_marked_masks(canvas.annotations().all())
    for step in compare(run, canvas.clip, lambda: {name: FakeSegmenter(name)}, lambda: False):
        run = step.run
    answer = canvas.ask("proposal", run=run.folder.name, name=name, index=4, stamp="")
    assert (read(answer["labels"]) == run.labels(name, 4)).all()
    assert answer["proposed"] == [1]
    assert answer["value"]["stamp"] == address_of(canvas.clip.folder)
    canvas.save(4, square(1))
    answer = canvas.ask("proposal", run=run.folder.name, name=name, index=4)
    assert (read(answer["labels"]) == square(1)).all()
    assert answer["proposed"] == []


def test_a_proposal_is_of_a_model_and_frame_of_the_run(canvas: Canvas) -> None:
    record = VariantRecord("lite/llb", "LLB", frames=3)
    Run(canvas.session.new_folder("run"), canvas.clip.folder, (1,), (record,)).save()
    for name, index, sentence in (
        ("../lite-llb", 0, "no such model"),
        ("lite/llb", FRAMES, f"frames 0 to {FRAMES - 1}"),
        ("lite/llb", 3, "frames 0 to 2"),
    ):
        assert sentence in canvas.ask("proposal", run="run-1", name=name, index=index)["error"]


@pytest.mark.parametrize(
    ("what", "question", "sentence"),
    [
        ("save", {"index": FRAMES, "labels": address(square()), "number": 1}, f"frames 0 to {FRAMES - 1}"),
        ("save", {"index": -1, "labels": address(square()), "number": 1}, f"frames 0 to {FRAMES - 1}"),
        ("save", {"index": 0, "labels": address(square()[:50]), "number": 1}, "belongs to another clip"),
        ("save", {"index": 0, "labels": address(square(9)), "number": 1}, "no object 9"),
        ("save", {"index": 0, "labels": "data:image/png;base64,%%%", "number": 1}, "cannot be read"),
        ("save", {"index": 0, "labels": "file:///etc/passwd", "number": 1}, "cannot be read"),
        ("save", {"index": 0}, "incomplete"),
        ("save", {"index": 0, "labels": address(square())}, "incomplete"),
        ("save", {"index": 0, "labels": address(square()), "number": 1e300}, "out of every range"),
        ("nothing", {}, "incomplete"),
        ("labels", {"index": 0, "stamp": "elsewhere"}, "Another clip"),
        ("labels", {"index": 0, "token": "x"}, "session has ended"),
        ("box", {"index": 0, "box": [1, 1, 2, 2]}, "too small"),
        ("proposal", {"run": "run-7", "name": "lite/llb", "index": 0}, "no longer there"),
        ("rename", {"target": 0, "name": "x"}, "no object 0"),
    ],
)
def test_a_bad_question_gets_a_sentence(canvas: Canvas, what: str, question: dict[str, Any], sentence: str) -> None:
    assert sentence in canvas.ask(what, **question)["error"]
    assert canvas.annotations().frames() == [0]


def test_a_session_that_is_swept_while_it_is_read_is_a_sentence(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(canvas.session.folder)
    monkeypatch.setattr(SessionStore, "open", lambda self, token: canvas.session)  # it was there a moment ago
    monkeypatch.setattr("demo.masks.canvas_server.chosen_clip", lambda session: canvas.clip)
    monkeypatch.setattr(Annotations, "of", lambda session, clip: Annotations(session.folder / "marks" / "x"))
    answer = canvas.save(0, square())
    assert answer == {"error": text.GONE}


def test_cutting_has_a_lane_of_its_own(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas_server, "CUTTING", Lane(at_once=0, waiting=0, busy="Come later."))
    assert canvas.ask("box", index=0, box=[10, 10, 60, 80]) == {"error": "Come later."}
    assert "labels" in canvas.ask("labels", index=0)
