"""Thin callbacks: they move values between the page and the functions below it, and word errors for the visitor."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from demo import text
from demo.clips.clip import Clip
from demo.clips.examples import ExampleShelf
from demo.clips.trim import trim_value
from demo.clips.upload import FrameRange, Limits, import_clip
from demo.inside.server import SHOWCASE
from demo.masks.annotations import Marks, objects_of
from demo.masks.canvas_server import canvas_value, chosen_clip
from demo.models.provider import ModelProvider
from demo.models.settings import Settings, settings_from, split_entry
from demo.models.zerogpu import on_gpu
from demo.page import html as panels
from demo.page.player_value import payload
from demo.page.user_errors import user_errors
from demo.runs.compare import execute_run
from demo.runs.passes import Repair
from demo.runs.run import Run, VariantRecord, trace_stride_of
from demo.runs.session import Session, SessionStore
from demo.runs.showcase import Showcase

STOP = "stop"  # the file that asks a run to end
COLUMNS = 6  # results side by side
LIVE_EVERY = 0.25  # seconds between two reports of a run at work
QUOTA_EVERY = 5.0  # seconds between two looks at how full the visitor's storage is
PROGRESS = gr.Progress()  # Gradio puts the caller's own in its place

Updates = tuple[Any, ...]


@dataclass(frozen=True)
class Handlers:
    """The page's callbacks. A visitor is known by a token alone; all else lies in the session's folder."""

    models: ModelProvider
    sessions: SessionStore
    shelf: ExampleShelf
    showcase: Showcase
    limits: Limits
    tabs: dict[str, str]  # browser tab -> token, to note a closed tab

    def arrive(self, request: gr.Request) -> Updates:
        """Start a session with the first example chosen and the greeting comparison on show."""
        session = self.sessions.create()
        self.tabs[str(request.session_hash)] = session.token
        return session.token, *self.pick(session.token, 0), *self.wait(session.token)

    def restore(self, request: gr.Request) -> Updates:
        """Set models and settings as the page's address says; one that says nothing changes nothing.

        A link that cannot be read changes nothing either, and says so.
        """
        query = dict(request.query_params)
        if "models" not in query:
            return (gr.skip(),) * 7
        try:
            settings = settings_from(query)
            names = [name for name in query["models"].split(",") if split_entry(name)[0] in self._able()]
        except ValueError as error:
            gr.Warning(str(error))
            return (gr.skip(),) * 7
        models = [name for name in names if not split_entry(name)[1]]
        search = settings.search_factor or 0
        numbers = (settings.memory_size, settings.interval, settings.steps_first, search, settings.shared_regions)
        return models, [name for name in names if name not in models], *numbers

    def leave(self, request: gr.Request) -> None:
        """Note that a tab closed."""
        self.sessions.leave(self.tabs.pop(str(request.session_hash), None))

    def wait(self, token: str | None) -> Updates:
        """Show the greeting comparison, or say that it is on its way; the timer asks until it is there."""
        with user_errors():
            session = self.sessions.open(token)
            run = self._on_show(session)
        if session.folders("run"):  # the visitor's own run has the floor
            return *(gr.skip() for _ in range(4)), gr.Timer(active=False)
        part = None if run else self.showcase.progress()
        sentence = text.PREPARING if part is not None else text.READY if self._able() else text.NO_WEIGHTS
        status = "" if run else panels.notice(sentence, part)
        return status, *self._view(session, run), gr.Timer(active=part is not None)

    def choose(self, token: str | None, event: gr.SelectData) -> Updates:
        """Take the example that was clicked."""
        return self.pick(token, int(event.index))

    def pick(self, token: str | None, index: float) -> Updates:
        """Take an example by its place in the list, with its mask ready."""
        with user_errors():
            session = self.sessions.open(token)
            clip = self.shelf.clip(self.shelf.names()[int(index)])
            session.note(clip=str(clip.folder))
            return canvas_value(session, clip), {}

    def upload(self, token: str | None, paths: list[str] | None, progress: gr.Progress = PROGRESS) -> Updates:
        """Read an uploaded clip into the session; the clip chosen before stays if this one cannot be used."""
        if not paths:
            return gr.skip(), gr.skip()
        with user_errors():
            session = self.sessions.open(token)
            clip = self._read(session, [Path(path) for path in paths], FrameRange(), progress)
            session.note(source=paths)
            return canvas_value(session, clip), trim_value([Path(path) for path in paths], clip, self.limits)

    def trim(self, token: str | None, event: gr.EventData, progress: gr.Progress = PROGRESS) -> Updates:
        """Read another part of the uploaded clip; what was marked on frames that it holds as well goes along."""
        with user_errors():
            session = self.sessions.open(token)
            before, sources = chosen_clip(session), session.notes().get("source", [])
            if not before.source_frames or not sources:
                raise ValueError(text.NO_CLIP)
            part = FrameRange(int(event.start), int(event.end), int(event.stride))
            clip = self._read(session, [Path(path) for path in sources], part, progress)
            Marks.of(session, clip).carry(Marks.of(session, before), before, clip)
            return canvas_value(session, clip), trim_value([Path(path) for path in sources], clip, self.limits)

    def _read(self, session: Session, sources: list[Path], part: FrameRange, progress: gr.Progress) -> Clip:
        """Decode a clip into the session and choose it."""
        needed = [Run.open(folder).clip_folder for folder in session.folders("run")]
        folder = session.new_folder("clip", [*needed, Path(session.notes().get("clip", ""))])
        title = text.upload_title([path.stem for path in sources])

        def tell(done: int, of: int) -> None:
            if done % 20 == 0:
                progress((done, of), desc=text.READING, unit=text.FRAMES)

        try:
            clip = import_clip(sources, title, folder, self.limits, part, tell)
        except ValueError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        session.note(clip=str(clip.folder))
        return clip

    def begin(
        self,
        token: str | None,
        names: list[str],
        knocked_out: list[str],
        memory_size: float,
        interval: float,
        steps: float,
        search_factor: float,
        shared: bool,
    ) -> Updates:
        """Check what was chosen and marked, and write it down as a new run; one that cannot start changes nothing."""
        with user_errors():
            session = self.sessions.open(token)
            clip = chosen_clip(session)
            marks = Marks.of(session, clip)
            given = marks.all()
            objects = objects_of(given)
            records = self.records([*names, *knocked_out])
            settings = Settings(int(memory_size), int(interval), int(steps), search_factor or None, bool(shared))
            settings.config()
            run = Run(
                session.new_folder("run"),
                clip.folder,
                objects,
                records,
                settings,
                names=marks.names(),
                trace_stride=trace_stride_of(clip),
            )
            run.save_marked_masks(given)
            run.save()
        return self._begun(run, clip, text.running(clip.title))

    def repair(self, token: str | None, event: gr.EventData) -> Updates:
        """Begin a repair of the comparison on show, from a frame that the visitor marked anew."""
        with user_errors():
            session = self.sessions.open(token)
            base, at = self._shown(session, str(event.run)), int(event.index)
            clip = Clip.open(base.clip_folder)
            marks = Marks.of(session, clip)
            repair = Repair(at, event.direction)
            given = marks.all()
            if at not in given:
                raise ValueError(text.NOTHING_TO_REPAIR)
            objects_of(given)
            folder = session.new_folder("run", [base.folder])
            try:
                run = base.begin_repair(folder, given, repair).save(names=marks.names())
            except ValueError:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return self._begun(run, clip, text.repairing(clip.title, at))

    def undo(self, token: str | None) -> Updates:
        """Drop the newest repair and show what it began with."""
        with user_errors():
            session = self.sessions.open(token)
            run = self._on_show(session)
            if run is not None and run.base and run.folder.parent == session.folder:
                shutil.rmtree(run.folder, ignore_errors=True)
            return self._view(session, self._on_show(session))

    def work(self, token: str | None) -> Iterator[Updates]:
        """Do the newest run; the player shows every frame that all models have finished."""
        with user_errors():
            session = self.sessions.open(token)
            run = Run.open(session.folders("run")[-1])
            clip = Clip.open(run.clip_folder)
            yield panels.progress(run, len(clip), None), gr.skip()
            shown, looked, stop = 0.0, time.monotonic(), run.folder / STOP
            for step in on_gpu(execute_run)(run, self.models, stop):
                if time.monotonic() - looked > QUOTA_EVERY:
                    looked = time.monotonic()
                    if session.over_quota():
                        stop.touch()
                if time.monotonic() - shown < LIVE_EVERY or step.variant != run.variants[-1].name:
                    continue
                session.touch()
                yield (
                    panels.progress(step.run, len(clip), step.seconds_left),
                    payload(step.run, clip, session.token, run.folder.name, step.frame),
                )
                shown = time.monotonic()
            if session.over_quota():
                gr.Warning(text.STORAGE_FULL)

    def stop(self, token: str | None) -> dict[str, Any]:
        """Ask the run to end after its current frame."""
        with user_errors():
            session = self.sessions.open(token)
            for folder in session.folders("run")[-1:]:
                (folder / STOP).touch()
        return gr.update(value=text.STOPPING, interactive=False)

    def settle(self, token: str | None) -> Updates:
        """Show what the newest run left, however it ended, and offer Run again."""
        with user_errors():
            session = self.sessions.open(token)
            run = self._on_show(session)
        stop = gr.update(value=text.STOP, interactive=True, visible=False)
        return "", *self._view(session, run), gr.update(visible=True), stop

    def _begun(self, run: Run, clip: Clip, title: str) -> Updates:
        return (
            panels.progress(run, len(clip), None),
            f"### {title}",
            gr.update(visible=False),
            gr.update(visible=False),
            gr.update(visible=True),
        )

    def _view(self, session: Session, run: Run | None) -> Updates:
        """Lay out a finished run: its title, what the player is told, and whether there is a repair to undo."""
        if run is None:
            return text.RESULTS_EMPTY, gr.skip(), gr.update(visible=False)
        clip = Clip.open(run.clip_folder)
        title = text.results_title(clip.title, run.frames, len(clip), run.state == "stopped")
        name = run.folder.name if run.folder.parent == session.folder else SHOWCASE
        return title, payload(run, clip, session.token, name), gr.update(visible=bool(run.base))

    def _shown(self, session: Session, name: str) -> Run:
        run = self._on_show(session)
        if run is None or name not in (run.folder.name, SHOWCASE):
            raise ValueError("Another comparison is on show meanwhile: mark the frame again.")
        return run

    def _on_show(self, session: Session) -> Run | None:
        """Return the visitor's newest run with something to show, else the greeting one."""
        for folder in reversed(session.folders("run")):
            run = Run.open(folder) if (folder / "run.json").exists() else None
            if run and run.frames and run.state in ("done", "stopped"):
                return run
        return self.showcase.run()

    def _able(self) -> dict[str, str]:
        return {choice.name: choice.title for choice in self.models.choices() if not choice.reason}

    def records(self, names: list[str]) -> tuple[VariantRecord, ...]:
        """List the chosen models and knock-outs for a run; raise ValueError for none, too many or an unknown one."""
        able = self._able()
        if not names:
            raise ValueError(text.NO_MODEL if able else text.NO_WEIGHTS)
        if len(names) > COLUMNS:
            raise ValueError(text.too_many(len(names), COLUMNS))
        records = []
        for name in names:
            model, knock_out = split_entry(name)
            if model not in able:
                raise ValueError(text.NO_MODEL)
            records.append(VariantRecord(name, text.KNOCK_OUT_TITLES[knock_out][0] if knock_out else able[model]))
        return tuple(records)
