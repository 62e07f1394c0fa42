"""Visitors by program: what gradio_client calls, and whether the answer is theirs."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from llb.io.label_png import decode_labels
from llb.types import Labels
from tests.soak.clips import DrawnClip

MODELS = ["lite/llb", "lite/joint"]
BUSY = ("too busy", "Queue is full", "are waiting", "Too many visitors", "Many files")  # come again in a moment
PATIENCE = 300.0  # seconds
MOST = 20  # runs that a visitor makes to fill a budget


@dataclass(frozen=True)
class Answer:
    """A finished run as a visitor has it: token and name to find it by, and the masks by model folder."""

    token: str
    run: str
    masks: dict[str, list[Labels]]


@dataclass
class ApiVisitor:
    """One program and its clip; its files come to `folder`."""

    url: str
    clip: DrawnClip
    folder: Path
    patience: float = PATIENCE  # seconds
    refused: int = 0  # times that the page asked to come again
    least: float = 1.0  # IoU of all its masks with the truth
    _client: Client | None = None
    _files: tuple[Any, ...] = field(default=())

    def segment(self) -> Answer:
        """Call /segment and check that the masks are of this visitor's clip."""
        facts = self._call(MODELS[0], api_name="/segment")
        files = self._files_of(facts)
        assert files["overlay"], "the overlay is empty"
        return self._checked(files["masks"], facts)

    def compare(self) -> Answer:
        """Call /compare with two models and check masks and files."""
        facts = self._call(MODELS, api_name="/compare")
        files = self._files_of(facts)
        assert facts["clip"]["title"] == self.clip.name, f"{self.clip.name}: the facts are of {facts['clip']['title']}"
        assert self.clip.name in files["report"].decode(), f"{self.clip.name}: the report is of another clip"
        return self._checked(files["masks"], facts)

    def look_inside(self, answer: Answer) -> None:
        """Ask for a picture of an earlier run; raise AppError if the run is no longer there."""
        given = (answer.token, answer.run, MODELS[0], 1, 1, "value", "pca")
        picture = self._connected().predict(*given, api_name="/inside")
        assert picture["src"].startswith("data:image/"), "there is no picture"

    def refusal(self, models: Sequence[str] = MODELS) -> str:
        """Return the sentence with which /compare refuses; raise AssertionError if it does not, or takes too long."""
        try:
            job = self._connected().submit(*self._files, list(models), api_name="/compare")
            job.result(self.patience)
        except AppError as error:
            return str(error)
        raise AssertionError("the run was not refused")

    def fill(self) -> str:
        """Call /segment until it refuses, and return the sentence; raise AssertionError if it never does."""
        for _ in range(MOST):
            try:
                self.segment()
            except AppError as error:
                return str(error)
        raise AssertionError(f"none of {MOST} runs was refused")

    def _files_of(self, facts: dict[str, Any]) -> dict[str, bytes]:
        """Load every file that the page made of a run, by kind."""
        url = self.url.rstrip("/")
        loaded = {kind: httpx.get(url + address, timeout=60) for kind, address in facts["files"].items()}
        return {kind: answer.raise_for_status().content for kind, answer in loaded.items()}

    def _checked(self, archive: bytes, facts: dict[str, Any]) -> Answer:
        masks = read_masks(archive)
        for found in masks.values():
            assert len(found) == self.clip.frames, f"{self.clip.name}: {len(found)} of {self.clip.frames} frames"
            self.least = min(self.least, self.clip.check(found))
        return Answer(facts["token"], facts["run"], masks)

    def _call(self, *chosen: Any, api_name: str) -> Any:
        """Call with the clip and its mask; come again when the page asks for patience."""
        client, end = self._connected(), time.monotonic() + self.patience
        while True:
            try:
                return client.predict(*self._files, *chosen, api_name=api_name)
            except AppError as error:
                if not any(sign in str(error) for sign in BUSY) or time.monotonic() > end:
                    raise
                self.refused += 1
                time.sleep(1.0)

    def bring(self, clip: DrawnClip) -> None:
        """Ask about another clip from now on."""
        self.clip, self._files = clip, ()

    def _connected(self) -> Client:
        if self._client is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            options = {"verbose": False, "analytics_enabled": False}
            self._client = Client(self.url, download_files=self.folder, **options)
        if not self._files:
            self._files = tuple(handle_file(str(path)) for path in self.clip.write(self.folder))
        return self._client


def read_masks(archive: bytes) -> dict[str, list[Labels]]:
    """Read a zip of masks, by model folder."""
    masks: dict[str, list[Labels]] = {}
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        for name in sorted(name for name in opened.namelist() if name.endswith(".png")):
            masks.setdefault(name.partition("/")[0], []).append(decode_labels(opened.read(name), name))
    assert masks, "the zip holds no masks"
    return masks
