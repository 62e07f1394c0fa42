"""The one server function of the page's components: cheap reads, each of which checks the token and its arguments.

It answers with JSON values; what goes wrong comes back as one sentence under ``error``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo import looking
from demo.clips import Clip
from demo.session import SessionStore
from demo.shelf import Showcase
from demo.store import Run
from llb.palette import overlay
from llb.video_io import write_video

Answer = dict[str, Any]
SHOWCASE = "showcase"


@dataclass(frozen=True)
class Reads:
    """What the player and the diagram ask for."""

    sessions: SessionStore
    showcase: Showcase

    def read(self, question: dict[str, Any]) -> Answer:
        """Answer a question: `what` is one of `QUESTIONS`, `token` the visitor's, `run` a name from the payload.

        The others depend on it: `name` (of a model), `target`, `index` (of the frame), `how`, `key`, `y`, `x`, `start`.
        """
        try:
            run = self._run(question["token"], str(question["run"]))
            return QUESTIONS[question["what"]](run, Clip.open(run.clip_folder), question)
        except ValueError as error:
            return {"error": str(error)}
        except (KeyError, TypeError):
            return {"error": "This question is incomplete: reload the page."}

    def _run(self, token: str, name: str) -> Run:
        """Return a visitor's run, or the greeting one; raise ValueError for anything else."""
        session = self.sessions.open(token)
        session.touch()
        if name == SHOWCASE:
            run = self.showcase.run()
        else:
            folders = {folder.name: folder for folder in session.folders("run")}
            run = Run.open(folders[name]) if name in folders else None
        if run is None:
            raise ValueError("This comparison is no longer there: run it again.")
        return run


def _place(run: Run, question: dict[str, Any]) -> tuple[str, int, int]:
    """Return the model, object and frame that are asked about; raise ValueError if the run has no such thing."""
    name, target, index = str(question["name"]), int(question["target"]), int(question["index"])
    run.record(name)
    if target not in run.objects:
        raise ValueError(f"This comparison has no object {target}: choose one that it shows.")
    if not 0 <= index < run.frames:
        raise ValueError(f"This comparison has frames 0 to {run.frames - 1}: choose one of them.")
    return name, target, index


def _video(run: Run, clip: Clip, name: str) -> Path:
    """Return a model's overlay video, written when it is first asked for."""
    path = run.of(run.record(name).name) / "overlay.mp4"
    if not path.exists():
        draft = path.with_name("draft.mp4")
        pictures = (overlay(clip.frame(index), run.labels(name, index)) for index in range(run.frames))
        write_video(draft, pictures, clip.fps)
        draft.replace(path)
    return path


QUESTIONS: dict[str, Callable[[Run, Clip, dict[str, Any]], Answer]] = {
    "figures": lambda run, clip, q: {"figures": run.figures(max(0, int(q["start"])))},
    "diagram": lambda run, clip, q: looking.diagram(run, clip, *_place(run, q), str(q["how"])),
    "detail": lambda run, clip, q: looking.detail(run, clip, *_place(run, q), str(q["key"]), str(q["how"])),
    "gate_difference": lambda run, clip, q: looking.difference_of_gates(run, *_place(run, q)),
    "filmstrip": lambda run, clip, q: {"memory": looking.filmstrip(run, clip, *_place(run, q))},
    "pixel": lambda run, clip, q: looking.pixel(run, clip, *_place(run, q), int(q["y"]), int(q["x"])),
    "video": lambda run, clip, q: {"path": str(_video(run, clip, str(q["name"])))},
}
