"""A class: a teacher says "press Run", and within ten seconds all do. Each is a page's visitor without a browser."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from gradio_client import Client, handle_file

from demo import text
from demo.masks.data_address import to_address
from llb.io.label_png import decode_labels
from tests.soak.clips import FITS, DrawnClip
from tests.soak.findings import FAILURES, Findings
from tests.soak.server import Server
from tests.support.clips import iou
from tests.support.packed_files import unpack_files

MODELS = ["lite/llb", "lite/joint"]
SETTINGS = (20, 5, 20, 0, True, False)  # those that the page begins with
FRAMES = 48  # of an own clip
WITHIN = 10.0  # seconds in which all press Run
FIRST_STUDENT = 200  # number of the first student's clip
TOLD = 1.0  # seconds until a place is told, at most
READY, READY_WORST = 1.0, 3.0  # seconds until an example's results are on show: in the middle, and at most
WORDS = ("it begins in", text.STARTING, "%")  # one of them says where a run stands


@dataclass
class Student:
    """One of the class, on an example or on an own clip.

    `told` and `done` are the seconds from Run pressed until the page says where the run stands, and until its results
    are on show; `refusal` is the sentence of a refusal.
    """

    url: str
    folder: Path
    clip: DrawnClip | None = None
    told: float | None = None
    done: float | None = None
    least: float = 1.0  # IoU of the models' last masks with the drawn truth
    refusal: str = ""
    _client: Client = field(init=False)
    _token: str = ""

    def arrive(self) -> None:
        """Open the page; upload the own clip and mark its object."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._client = Client(self.url, verbose=False, download_files=self.folder, analytics_enabled=False)
        self._token = self._client.predict("", api_name="/arrive")[0]
        if self.clip is not None:
            path, _ = self.clip.write(self.folder)
            canvas = self._client.predict([handle_file(str(path))], api_name="/upload")[0]
            self._save_marks(self.clip, str(canvas["stamp"]))

    def press_run(self) -> None:
        """Press Run and watch until the results are on show; note how long that takes, or why it was refused."""
        begun = time.monotonic()
        try:
            for status, title, player in self._updates():
                seconds, ended = time.monotonic() - begun, str(title).startswith(text.RESULTS_EMPTY)
                if self.told is None and (ended or any(words in str(status) for words in WORDS)):
                    self.told = seconds
                if ended:
                    self.done = seconds
                    self._check(player)
        except FAILURES as error:
            self.refusal = str(error) or type(error).__name__

    def _updates(self) -> Iterator[tuple[Any, Any, Any]]:
        """Yield status, title and player as they change after Run is pressed."""
        yield self._client.predict(MODELS, [], *SETTINGS, api_name="/begin")[:3]
        for update in self._client.submit(api_name="/watch"):
            yield update[:3]

    def _save_marks(self, clip: DrawnClip, stamp: str) -> None:
        """Mark the object on the first frame, as the canvas does."""
        components = self._client.config["components"]
        canvas = next(each for each in components if each["props"].get("elem_id") == "mask-canvas")
        question = {"token": self._token, "what": "save", "stamp": stamp, "index": 0, "number": 1}
        body = {
            "data": {**question, "labels": to_address(clip.labels[0])},
            "component_id": canvas["id"],
            "fn_name": "mark",
            "session_hash": self._client.session_hash,
        }
        answer = httpx.post(f"{self._client.src}gradio_api/component_server", json=body, timeout=60).raise_for_status()
        assert "error" not in answer.json(), answer.json()["error"]

    def _check(self, player: Any) -> None:
        """See that the results on show are whole, and of this student's clip."""
        clip = self.clip
        assert len(player["variants"]) == len(MODELS), "the results are of other models"
        for variant in player["variants"]:
            assert variant["done"] == player["total"], f"{variant['done']} of {player['total']} frames are done"
        if clip is not None:
            last = f"{clip.frames - 1:05d}"
            address = f"{self.url.rstrip('/')}{player['labels']}/{last}-{last}"
            answer = httpx.get(address, timeout=60).raise_for_status()
            for packed in unpack_files(answer.content):
                labels = decode_labels(packed, "labels")
                assert labels.shape == clip.size, f"{clip.name} got the masks of another clip"
                self.least = min(self.least, iou(labels == 1, clip.labels[-1] == 1))
        assert self.least >= FITS, f"the IoU with the truth is {self.least:.2f}"


@dataclass
class Classroom:
    """The students of a class, one in three on an example."""

    url: str
    folder: Path
    number: int
    within: float = WITHIN
    frames: int = FRAMES
    students: list[Student] = field(init=False)

    def __post_init__(self) -> None:
        clips = [DrawnClip(FIRST_STUDENT + index, self.frames) if index % 3 else None for index in range(self.number)]
        self.students = [Student(self.url, self.folder / f"student{index}", clip) for index, clip in enumerate(clips)]

    def come(self) -> None:
        """Let all arrive, a few at a time, and then press Run, evenly spread; wait until the last one has results."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(Student.arrive, self.students))
        with ThreadPoolExecutor(self.number) as pool:
            pressed = []
            for student in self.students:
                pressed.append(pool.submit(student.press_run))
                time.sleep(self.within / self.number)
            for each in pressed:
                each.result()

    @property
    def on_examples(self) -> list[Student]:
        """The students on an example."""
        return [student for student in self.students if student.clip is None]

    @property
    def on_own_clips(self) -> list[Student]:
        """The students on clips of their own."""
        return [student for student in self.students if student.clip is not None]


def check_class(server: Server, number: int, folder: Path, findings: Findings) -> None:
    """Let a class press Run; note who was refused, and how soon places were told and results shown."""
    room = Classroom(server.url, folder / "class", number)
    own, examples = room.on_own_clips, room.on_examples
    size = f"a class of {number} presses Run within {WITHIN:.0f} s"
    with findings.step(f"{size}: none refused, own clips of {FRAMES} frames done") as figures:
        room.come()
        refusals = [student.refusal for student in room.students if student.refusal]
        assert not refusals, f"{len(refusals)} of {number} failed, first: {refusals[0]}"
        unfinished = sum(student.done is None for student in room.students)
        assert not unfinished, f"{unfinished} of {number} never saw results"
        figures += [f"{len(own)} own clips: {_spread([student.done for student in own])} after Run"]
        figures += [f"least IoU with the drawn truth {min(student.least for student in own):.2f}"]
    told = [student.told for student in room.students]
    _note(findings, f"{size}: each is told where the run stands within {TOLD:.0f} s", told, TOLD, TOLD)
    name = f"{size}: examples are answered in {READY:.0f} s (median) and {READY_WORST:.0f} s (worst)"
    _note(findings, name, [student.done for student in examples], READY, READY_WORST)


def _note(findings: Findings, name: str, seconds: Sequence[float | None], median: float, worst: float) -> None:
    """Note times, and whether they are short enough."""
    known = [each for each in seconds if each is not None]
    ok = len(known) == len(seconds) and float(np.median(known)) <= median and max(known) <= worst
    findings.note(name, ok, _spread(seconds) if known else "nobody was answered")


def _spread(seconds: Sequence[float | None]) -> str:
    known = [each for each in seconds if each is not None]
    return f"median {np.median(known):.2f} s, worst {max(known):.2f} s"
