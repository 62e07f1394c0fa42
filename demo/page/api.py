"""The page's work as named endpoints for gradio_client: what a visitor does by clicks, a program does by calls.

Every call of ``/segment`` and ``/compare`` starts a session of its own; ``/inside`` reads it by the token that these
return.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import gradio as gr
import numpy as np

from demo.browser_json import browser_json
from demo.clips.clip import Clip
from demo.clips.upload import import_clip
from demo.exports.files import KINDS, export, export_overlay
from demo.exports.measurements import Measurements
from demo.inside.questions import DetailQuestion, Place
from demo.inside.views import detail
from demo.models.settings import Settings
from demo.page.choice import Choice
from demo.page.services import Services
from demo.page.user_errors import user_errors
from demo.runs.lookup import RunLookup
from demo.runs.run import Run
from demo.runs.run_setup import RunRequest, checked_variants
from demo.runs.session import Session
from llb.io.label_png import read_labels
from llb.io.video_reader import ClipInfo, probe
from llb.types import Labels


@dataclass(frozen=True)
class FinishedRun:
    """A run that a call made, in a session of its own."""

    session: Session
    run: Run
    clip: Clip

    def facts(self) -> dict[str, Any]:
        """Return token and name, by which ``/inside`` finds the run, and what it measured, as JSON."""
        measured = Measurements.of(self.run, self.clip)
        return {"token": self.session.token, "run": self.run.folder.name, **measured.to_json()}


@dataclass(frozen=True)
class Api:
    """The endpoints; mistakes come back to the caller as one sentence."""

    services: Services
    runs: RunLookup

    def segment(self, clip: str | None, mask: str | None, model: str) -> tuple[str, str, dict[str, Any]]:
        """Follow the objects of a mask with one model; return the masks' zip, the overlay video and the facts."""
        with user_errors():
            done = self._run(clip, mask, [model], Settings())
            masks = export("masks", done.run, done.clip)
            video = export_overlay(done.run, done.clip, done.run.variants[0].name)
            return str(masks), str(video), done.facts()

    def compare(
        self,
        clip: str | None,
        mask: str | None,
        models: list[str],
        memory_size: float,
        interval: float,
        steps: float,
        search_factor: float,
        shared: bool,
    ) -> tuple[list[str], dict[str, Any]]:
        """Run several models side by side; return every file to take away, and the facts."""
        with user_errors():
            choice = Choice(models, [], memory_size, interval, steps, search_factor, shared)
            done = self._run(clip, mask, choice.entries, choice.settings)
            files = [str(export(kind, done.run, done.clip)) for kind in KINDS]
            return files, done.facts()

    def inside(
        self, token: str, run: str, model: str, target: float | None, frame: float | None, part: str, how: str
    ) -> dict[str, Any]:
        """Return one part of the diagram: picture (data address), formula, shape, statistics and values."""
        with user_errors():
            if target is None or frame is None:
                raise ValueError("An object's number and a frame are needed: give both.")
            found = self.runs.find(token, run)
            question = DetailQuestion(Place(model, int(target), int(frame)), part, how)
            return dict(browser_json(detail(found, Clip.open(found.clip_folder), question).to_json()))

    def _run(self, clip: str | None, mask: str | None, entries: Sequence[str], settings: Settings) -> FinishedRun:
        """Import a clip file into a new session and work a run on it.

        Raises:
            ValueError: a file is missing or cannot be used, or the run cannot start (`start_run`).
        """
        if not clip or not mask:
            raise ValueError("A clip and a mask of its first frame are needed: pass both files.")
        models, source = self.services.models, Path(clip)
        checked_variants(entries, settings, models)  # before the clip is read, which may take minutes
        session = self.services.sessions.create()
        imported = import_clip(source, source.stem, session.new_folder("clip"), self.services.limits)
        labels = _fit_mask(read_labels(Path(mask)), imported, probe(source))
        request = RunRequest(imported, {0: labels}, entries, settings)
        live = self.services.live
        return FinishedRun(session, live.wait(live.start(session, request)), imported)


def _fit_mask(labels: Labels, clip: Clip, source: ClipInfo) -> Labels:
    """Bring a mask of the file's own size to that of the kept clip; raise ValueError for any other size."""
    size = (clip.height, clip.width)
    if labels.shape not in (size, (source.height, source.width)):
        raise ValueError(
            f"The mask is {labels.shape[1]} x {labels.shape[0]} but the clip is {source.width} x {source.height}: "
            "draw it on the clip's first frame."
        )
    return np.asarray(cv2.resize(labels, size[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def connect_api(api: Api) -> None:
    """Add the endpoints to the page that is being built; nothing of them is seen on it."""
    with gr.Row(visible=False):
        clip, mask = gr.File(type="filepath"), gr.File(type="filepath")
        model, models = gr.Textbox("lite/llb"), gr.JSON(["lite/llb", "lite/joint"])
        defaults = Settings()
        settings = [gr.Number(value) for value in (defaults.memory_size, defaults.interval, defaults.steps_first, 0)]
        shared, facts, files = gr.Checkbox(value=True), gr.JSON(), gr.File(file_count="multiple")
        masks, video, token = gr.File(), gr.File(), gr.Textbox()
        run, target, frame = gr.Textbox("run-1"), gr.Number(1), gr.Number(0)
        part, how = gr.Textbox("value"), gr.Textbox("pca")
        button = gr.Button()
    queue: dict[str, Any] = {"concurrency_id": "model", "concurrency_limit": 1}
    button.click(api.segment, [clip, mask, model], [masks, video, facts], api_name="segment", **queue)
    button.click(api.compare, [clip, mask, models, *settings, shared], [files, facts], api_name="compare", **queue)
    button.click(api.inside, [token, run, model, target, frame, part, how], facts, api_name="inside")
