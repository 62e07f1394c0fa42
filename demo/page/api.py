"""The page's work as named endpoints for gradio_client: what a visitor does by clicks, a program does by calls.

Every call of ``/segment`` and ``/compare`` starts a session of its own; ``/inside`` reads it by the token that these
return. Files are named by their addresses, which begin at the page's root (`demo.runs.file_address`). The masks in them
have the size of the frames that are kept, which the facts state under ``clip``: that of the clip, unless it is larger
than `demo.clips.upload.Limits.side_out`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from demo import text
from demo.browser_json import browser_json
from demo.clips.clip import Clip
from demo.clips.upload import import_clip
from demo.exports.files import KINDS, export, export_overlay
from demo.exports.measurements import Measurements
from demo.inside.questions import DetailQuestion, Place
from demo.inside.views import detail
from demo.json_values import to_number, to_text
from demo.masks.mask_file import OBJECTS
from demo.models.settings import Settings
from demo.page.choice import Choice
from demo.page.services import Services
from demo.page.uploads import uploads_only
from demo.page.user_errors import user_errors
from demo.runs.file_address import address_of
from demo.runs.lookup import RunLookup
from demo.runs.price import Workload
from demo.runs.run import Run
from demo.runs.run_setup import RunRequest, checked_variants
from demo.runs.session import Session
from llb.io.label_fit import check_objects, fit_labels
from llb.io.label_png import read_labels

CALLS = 4  # at the same time; their runs wait in one queue with the page's


@dataclass(frozen=True)
class FinishedRun:
    """A run that a call made, in a session of its own."""

    session: Session
    run: Run
    clip: Clip

    def to_json(self, files: Mapping[str, Path]) -> dict[str, Any]:
        """Return token and name, by which ``/inside`` finds the run, its key (`demo.runs.run_key`), files and figures.

        Files are given by their addresses.
        """
        addresses = {kind: address_of(path) for kind, path in files.items()}
        measured = Measurements.of(self.run, self.clip).to_json()
        found = {"token": self.session.token, "run": self.run.folder.name, "key": self.run.key, "files": addresses}
        return dict(browser_json({**found, **measured}))


@dataclass(frozen=True)
class Api:
    """The endpoints; mistakes come back to the caller as one sentence."""

    services: Services
    runs: RunLookup

    def segment(self, clip: str | None, mask: str | None, model: str) -> dict[str, Any]:
        """Follow the objects of a mask of the first frame with one model; return the facts.

        Their `files` are ``masks`` (a zip with a PNG per frame, at the size that `clip` states) and ``overlay``.
        """
        with user_errors(), ExitStack() as refused:
            done = self._run(clip, mask, Choice.of([to_text(model, "model")], Settings()), refused)
            masks = export("masks", done.run, done.clip)
            overlay = export_overlay(done.run, done.clip, done.run.variants[0].name)
            refused.pop_all()
            return done.to_json({"masks": masks, "overlay": overlay})

    def compare(self, clip: str | None, mask: str | None, models: list[str], *settings: Any) -> dict[str, Any]:
        """Run several models side by side; return the facts, with every kind of `demo.exports.files.KINDS` as a file.

        `settings` are those of a `Choice`, in its order.
        """
        with user_errors(), ExitStack() as refused:
            done = self._run(clip, mask, Choice(models, [], *settings), refused)
            files = {kind: export(kind, done.run, done.clip) for kind in KINDS}
            refused.pop_all()
            return done.to_json(files)

    def inside(self, token: str, run: str, model: str, target: object, frame: object, part: str, how: str) -> Any:
        """Return one part of the diagram: picture (data address), formula, shape, statistics and values."""
        with user_errors():
            found = self.runs.find(token, to_text(run, "run"))
            place = Place(to_text(model, "model"), to_number(target, "target"), to_number(frame, "frame"))
            question = DetailQuestion(place, to_text(part, "part"), to_text(how, "how"))
            return browser_json(detail(found, Clip.open(found.clip_folder), question).to_json())

    def _run(self, clip: str | None, mask: str | None, choice: Choice, refused: ExitStack) -> FinishedRun:
        """Import a clip file into a new session and work a run on it; `refused` removes the session.

        Raises:
            ValueError: a file is missing or cannot be used, or the run cannot start (`start_run`).
        """
        if not clip or not mask:
            raise ValueError("A clip and a mask of its first frame are needed: pass both files.")
        checked_variants(choice.entries, choice.settings, self.services.models)  # before anything is read
        labels, name = read_labels(mask), Path(mask).name
        check_objects(labels, OBJECTS)
        session = self.services.sessions.create()
        refused.callback(self.services.sessions.remove, session.token)
        clip_folder, limits, live = session.new_folder("clip"), self.services.limits, self.services.live
        objects = int(np.count_nonzero(np.unique(labels)))

        def check_price(_: int, frames: int) -> None:  # at the first frame; to read all of them may take minutes
            live.prices.check(Workload(choice.entries, frames, objects))

        title = text.upload_title([Path(clip).stem])
        imported = import_clip(Path(clip), title, clip_folder, limits, tell=check_price)
        labels = fit_labels(labels, (imported.height, imported.width), name, imported.stored)
        request = RunRequest(imported, {0: labels}, choice.entries, choice.settings)
        return FinishedRun(session, live.wait(live.start(session, request)), imported)


def connect_api(api: Api) -> None:
    """Add the endpoints to the page that is being built; nothing of them is seen on it."""
    with gr.Row(visible=False):
        clip, mask = uploads_only(gr.File()), uploads_only(gr.File())
        model, models = gr.Textbox("lite/llb"), gr.JSON(["lite/llb", "lite/joint"])
        defaults = Settings()
        numbers = [gr.Number(value) for value in (defaults.memory_size, defaults.interval, defaults.steps_first, 0)]
        shared, facts, token = gr.Checkbox(value=True), gr.JSON(), gr.Textbox()
        run, target, frame = gr.Textbox("run-1"), gr.Number(1), gr.Number(0)
        part, how = gr.Textbox("value"), gr.Textbox("pca")
        button = gr.Button()
    queue: dict[str, Any] = {"concurrency_id": "api", "concurrency_limit": CALLS}
    button.click(api.segment, [clip, mask, model], facts, api_name="segment", **queue)
    button.click(api.compare, [clip, mask, models, *numbers, shared], facts, api_name="compare", **queue)
    button.click(api.inside, [token, run, model, target, frame, part, how], facts, api_name="inside")
