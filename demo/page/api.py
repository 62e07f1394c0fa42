"""The page's work as named endpoints for programs (``docs/programs.md``): a visitor clicks, a program calls.

Every call of ``/segment`` and ``/compare`` starts a session of its own; ``/place`` and ``/inside`` find it by the token
that these tell at once. Where the package ``mcp`` is installed, all but ``/place`` are tools for language models:
Gradio describes them by the docstrings here, of which it reads one line per argument.

Files are named by their addresses, which begin at the page's root (`demo.runs.file_address`). The masks in them have
the size of the frames that are kept, which the facts state under ``clip``: that of the clip, unless it is larger than
`demo.clips.upload.Limits.side_out`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
import numpy as np

from demo import text
from demo.browser_json import browser_json
from demo.clips.clip import Clip
from demo.clips.upload import import_clip
from demo.exports.files import export, export_overlay
from demo.exports.measurements import Measurements
from demo.inside.questions import DetailQuestion, Looks, Place
from demo.inside.views import detail
from demo.json_values import to_number, to_text
from demo.models.settings import Settings
from demo.page.choice import Choice
from demo.page.job_place import JobPlace, follow
from demo.page.services import Services
from demo.page.uploads import uploads_only
from demo.page.user_errors import user_errors
from demo.runs.file_address import address_of
from demo.runs.lane import Lane
from demo.runs.lookup import RunLookup
from demo.runs.price import Workload
from demo.runs.queue import WAITING
from demo.runs.run import Run
from demo.runs.run_setup import MOST_OBJECTS, RunRequest, checked_variants
from demo.runs.session import Session
from llb.io.label_fit import check_objects, fit_labels
from llb.io.label_png import read_labels

CALLS = WAITING + 2  # at the same time: as many as may wait and work, so that they wait in one queue with the page's
FILES = ("side_by_side", "masks", "coco", "traces", "measurements", "report")  # kinds that /compare writes
READING = Lane(at_once=2, waiting=CALLS, busy=text.READING_BUSY)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def no_tool(endpoint: Endpoint) -> Endpoint:
    """Keep an endpoint from becoming a tool for language models, as Gradio makes of every one that it documents."""
    vars(endpoint)["_mcp_type"] = "endpoint"  # neither of Gradio's types "tool", "resource" and "prompt"
    return endpoint


@dataclass(frozen=True)
class CalledRun:
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

    def segment(self, clip: str | None, mask: str | None, model: str) -> Iterator[dict[str, Any]]:
        """Follow the objects that a mask marks on a clip's first frame through the clip, with one model.

        The answers before the last say where the run stands in the queue, as /place does.

        Args:
            clip: a video, or a zip of pictures: 2 to 5,400 frames of up to 4,096 pixels a side, up to 500 MB.
            mask: a PNG of the first frame's size in pixels; its values are the objects' numbers, 1 to 8, and 0 is none.
            model: name of the model, such as lite/llb.

        Returns:
            token and run: by which /inside finds the run
            key: the same for the same clip, mask, model, settings and version of the engine
            files: addresses of the masks (a zip with a PNG per frame) and of the overlay (an mp4)
            models: what was measured: seconds_per_frame, and overlap (mean J, 0 to 1, of the frames with
                the object in sight) where the truth is known
        """

        def files(done: CalledRun) -> dict[str, Path]:
            overlay = export_overlay(done.run, done.clip, done.run.variants[0].name)
            return {"masks": export("masks", done.run, done.clip), "overlay": overlay}

        with user_errors():
            yield from self._run(clip, mask, Choice.of([to_text(model, "model")], Settings()), files)

    def compare(
        self,
        clip: str | None,
        mask: str | None,
        models: list[str],
        memory_size: float,
        interval: float,
        steps_first: float,
        search_factor: float,
        shared_regions: bool,
        search_again: bool,
    ) -> Iterator[dict[str, Any]]:
        """Run several models side by side on a clip whose first frame a mask marks, and measure them.

        The answers before the last say where the run stands in the queue, as /place does.

        Args:
            clip: a video, or a zip of pictures: 2 to 5,400 frames of up to 4,096 pixels a side, up to 500 MB.
            mask: a PNG of the first frame's size in pixels; its values are the objects' numbers, 1 to 8, and 0 is none.
            models: a list of one to six names, such as ["lite/llb", "lite/joint", "lite/llb~gates"].
            memory_size: most past frames that a model keeps of an object, 1 to 50.
            interval: one of so many frames joins the memory, 2 to 20.
            steps_first: steps of the few-shot learner on the marked frame, 1 to 40.
            search_factor: how far around an object a model looks, in object sizes up to 8; 0 is the model's own.
            shared_regions: whether all models with equal crops look where the first one looks.
            search_again: whether a lost object is looked for all over the frame.

        Returns:
            token and run: by which /inside finds the run
            key: the same for the same clip, mask, models, settings and version of the engine
            files: addresses of a video side by side, masks, arrays, figures and a report
            models: what was measured of each: seconds_per_frame, and overlap (mean J, 0 to 1, of the frames with
                the object in sight) where the truth is known
        """
        choice = Choice(models, [], memory_size, interval, steps_first, search_factor, shared_regions, search_again)

        def files(done: CalledRun) -> dict[str, Path]:
            return {kind: export(kind, done.run, done.clip) for kind in FILES}

        with user_errors():
            yield from self._run(clip, mask, choice, files)

    @no_tool
    def place(self, token: str, run: str) -> dict[str, Any]:
        """Tell where a run of /segment or /compare stands in the queue; it never waits.

        Args:
            token: the session's, from the first answer of the call that began the run.
            run: the run's name, from the same answer.

        Returns:
            state: waiting, working, set aside (others have their turn), done, stopped, cancelled or failed
            place: 1 for the next to begin, 0 for one that has begun
            waiting: how many runs wait
            seconds: until it begins, goes on or ends, estimated
        """
        with user_errors():
            session = self.services.sessions.open(token)
            return JobPlace.of(self.services.live, session, to_text(run, "run")).to_json()

    def inside(self, token: str, run: str, model: str, target: float, frame: float, part: str, how: str) -> Any:
        """Show one part of what a model computed at a frame of a finished run: a picture, its shape and statistics.

        Args:
            token: the session's, from the answer of /segment or /compare.
            run: the run's name, from the same answer.
            model: name of one of the run's models.
            target: number of the object, 1 to 8.
            frame: number of the frame, from 0.
            part: value, label, weight, memory, tau, transduced, induced, gate_transduced, gate_induced, fused, mask
            how: what becomes of a feature's channels: pca, mean, max, or the number of one channel.

        Returns:
            the picture as a data address, the formula, the shape of the array and its statistics
        """
        with user_errors():
            found = self.runs.find(token, to_text(run, "run"))
            place = Place(to_text(model, "model"), to_number(target, "target"), to_number(frame, "frame"))
            question = DetailQuestion(place, to_text(part, "part"), Looks(to_text(how, "how")))
            return browser_json(detail(found, Clip.open(found.clip_folder), question).to_json())

    def _run(
        self, clip: str | None, mask: str | None, choice: Choice, files: Callable[[CalledRun], Mapping[str, Path]]
    ) -> Iterator[dict[str, Any]]:
        """Work a run on a clip file: tell where it stands until it has ended, then its facts and files."""
        begun = self._start(clip, mask, choice)
        live = self.services.live
        for place in follow(live, begun.session, begun.run):
            yield place.to_json()
        done = replace(begun, run=live.wait(begun.run))
        with done.session.at_work():
            facts = done.to_json(files(done))
        yield facts

    def _start(self, clip: str | None, mask: str | None, choice: Choice) -> CalledRun:
        """Import a clip file into a new session and queue a run on it; of one that is refused nothing stays.

        Raises:
            ValueError: a file is missing or cannot be used, or the run cannot start (`start_run`).
        """
        if not clip or not mask:
            raise ValueError("A clip and a mask of its first frame are needed: pass both files.")
        checked_variants(choice.entries, choice.settings, self.services.models)  # before anything is read
        labels, name = read_labels(mask), Path(mask).name
        check_objects(labels, MOST_OBJECTS)
        limits, live = self.services.limits, self.services.live
        objects = int(np.count_nonzero(np.unique(labels)))

        def check_price(_: int, frames: int) -> None:  # at the first frame; to read all of them may take minutes
            live.prices.check(Workload(choice.entries, frames, objects))

        with ExitStack() as refused:
            session = self.services.sessions.create()
            refused.callback(self.services.sessions.remove, session.token)
            folder, title = session.new_folder("clip"), text.upload_title([Path(clip).stem])
            with session.at_work():
                imported = READING.do(lambda: import_clip(Path(clip), title, folder, limits, tell=check_price))
            labels = fit_labels(labels, (imported.height, imported.width), name, imported.stored)
            run = live.start(session, RunRequest(imported, {0: labels}, choice.entries, choice.settings))
            refused.pop_all()
        return CalledRun(session, run, imported)


def connect_api(api: Api) -> None:
    """Add the endpoints to the page that is being built; nothing of them is seen on it."""
    with gr.Row(visible=False):
        clip, mask = uploads_only(gr.File()), uploads_only(gr.File())
        model, models = gr.Textbox("lite/llb"), gr.JSON(["lite/llb", "lite/joint"])
        vars(models)["api_info"] = lambda: {"type": "array", "items": {"type": "string"}}  # not any JSON
        defaults = Settings()
        numbers = [gr.Number(value) for value in (defaults.memory_size, defaults.interval, defaults.steps_first, 0)]
        shared, again = gr.Checkbox(value=defaults.shared_regions), gr.Checkbox(value=defaults.search_again)
        facts, token = gr.JSON(), gr.Textbox()
        run, target, frame = gr.Textbox("run-1"), gr.Number(1), gr.Number(0)
        part, how = gr.Textbox("value"), gr.Textbox("pca")
        button = gr.Button()
    queue: dict[str, Any] = {"concurrency_id": "api", "concurrency_limit": CALLS}
    button.click(api.place, [token, run], facts, api_name="place", queue=False)
    button.click(api.segment, [clip, mask, model], facts, api_name="segment", **queue)
    button.click(api.compare, [clip, mask, models, *numbers, shared, again], facts, api_name="compare", **queue)
    button.click(api.inside, [token, run, model, target, frame, part, how], facts, api_name="inside")
