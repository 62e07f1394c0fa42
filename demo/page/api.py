"""The page's work as named endpoints for gradio_client: what a visitor does by clicks, a program does by calls.

Every call of ``/segment`` and ``/compare`` starts a session of its own; ``/inside`` reads it by the token that these
return.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import gradio as gr
import numpy as np

from demo.clips.clip import Clip
from demo.clips.upload import Limits, import_clip
from demo.exports.files import KINDS, export, export_overlay, measurements
from demo.inside.server import Reads
from demo.masks.annotations import objects_of
from demo.models.settings import Settings
from demo.models.zerogpu import on_gpu
from demo.page.handlers import Handlers
from demo.page.user_errors import user_errors
from demo.runs.compare import execute_run
from demo.runs.run import Run, trace_stride_of
from demo.runs.session import Session
from llb.io.label_png import read_labels
from llb.io.video_reader import probe
from llb.types import Labels

Answer = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """The endpoints; mistakes come back to the caller as one sentence."""

    handlers: Handlers
    reads: Reads
    limits: Limits

    def segment(self, clip: str | None, mask: str | None, model: str) -> tuple[str, str, Answer]:
        """Follow the objects of a mask with one model; return the masks' zip, the overlay video and the facts."""
        with user_errors():
            session, run = self._run(clip, mask, [model], Settings())
            made, folder = Clip.open(run.clip_folder), session.folder / "downloads"
            masks = export("masks", run, made, folder)
            video = export_overlay(run, made, run.variants[0].name, folder)
            return str(masks), str(video), self._facts(session, run, made)

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
    ) -> tuple[list[str], Answer]:
        """Run several models side by side; return every file to take away, and the facts."""
        with user_errors():
            settings = Settings(int(memory_size), int(interval), int(steps), search_factor or None, bool(shared))
            session, run = self._run(clip, mask, models, settings)
            made = Clip.open(run.clip_folder)
            files = [str(export(kind, run, made, session.folder / "downloads")) for kind in KINDS]
            return files, self._facts(session, run, made)

    def inside(self, token: str, run: str, model: str, target: float, frame: float, part: str, how: str) -> Answer:
        """Return one part of the diagram: picture (data address), formula, shape, statistics and values."""
        question = {"what": "detail", "token": token, "run": run, "name": model, "key": part, "how": how}
        answer = self.reads.read({**question, "target": target, "index": frame})
        with user_errors():
            if "error" in answer:
                raise ValueError(answer["error"])
        return answer

    def _run(self, clip: str | None, mask: str | None, models: list[str], settings: Settings) -> tuple[Session, Run]:
        if not clip or not mask:
            raise ValueError("A clip and a mask of its first frame are needed: pass both files.")
        settings.config()
        records = self.handlers.records(models)
        session = self.handlers.sessions.create()
        path = Path(clip)
        made = import_clip(path, path.stem, session.new_folder("clip"), self.limits)
        labels = _fitted(read_labels(Path(mask)), made, probe(path))
        run = Run(
            session.new_folder("run"),
            made.folder,
            objects_of({0: labels}),
            records,
            settings,
            trace_stride=trace_stride_of(made),
        )
        run.save_marked_masks({0: labels})
        run.save()
        for _ in on_gpu(execute_run)(run, self.handlers.models, run.folder / "stop"):
            session.touch()
        return session, Run.open(run.folder)

    def _facts(self, session: Session, run: Run, clip: Clip) -> Answer:
        return {"token": session.token, "run": run.folder.name, **measurements(run, clip)}


def _fitted(labels: Labels, clip: Clip, source: Any) -> Labels:
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
