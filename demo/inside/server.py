"""The one server function of the page's components: cheap reads, each of which checks the token and its arguments.

It answers with JSON values; what goes wrong comes back as one sentence under ``error``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.clips.clip import Clip
from demo.exports.files import export, export_overlay
from demo.inside import views as looking
from demo.runs.run import Run
from demo.runs.session import SessionStore
from demo.runs.showcase import Showcase

Answer = dict[str, Any]
SHOWCASE = "showcase"
NEAR = 3  # frames around a marked one that are not suggested for a repair


@dataclass(frozen=True)
class Reads:
    """What the player and the diagram ask for."""

    sessions: SessionStore
    showcase: Showcase

    def read(self, question: dict[str, Any]) -> Answer:
        """Answer a question: `what` is one of `QUESTIONS`, `token` the visitor's, `run` a name from the payload.

        The others depend on it: `name` (of a model), `target`, `index` (of the frame), `how`, `key`, `y`, `x`, `start`,
        `kind` (of file).
        """
        try:
            run = self.run(question["token"], str(question["run"]))
            folder = self.sessions.open(question["token"]).folder / "downloads" / f"{run.folder.name}-{run.state}"
            return QUESTIONS[question["what"]](run, Clip.open(run.clip_folder), {**question, "folder": folder})
        except ValueError as error:
            return {"error": str(error)}
        except (KeyError, TypeError):
            return {"error": "This question is incomplete: reload the page."}

    def run(self, token: str, name: str) -> Run:
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


def _uncertain(run: Run) -> Answer:
    """Return the frame and object where a model is least decided, away from marked frames; None if there is none."""
    best: tuple[float, int, int] | None = None
    marked = run.given()
    for index, found in enumerate(run.frame_stats()):
        if any(abs(index - other) < NEAR for other in marked):
            continue
        for target in run.objects:
            doubts = [found.of(name, target).uncertainty for name in found.models]
            known = [doubt for doubt in doubts if doubt is not None]
            if known and (best is None or max(known) > best[0]):
                best = max(known), index, target
    return {"index": best[1] if best else None, "target": best[2] if best else None}


QUESTIONS: dict[str, Callable[[Run, Clip, dict[str, Any]], Answer]] = {
    "figures": lambda run, clip, q: {"figures": [s.to_json() for s in run.frame_stats(max(0, int(q["start"])))]},
    "diagram": lambda run, clip, q: looking.diagram(run, clip, *_place(run, q), str(q["how"])),
    "detail": lambda run, clip, q: looking.detail(run, clip, *_place(run, q), str(q["key"]), str(q["how"])),
    "gate_difference": lambda run, clip, q: looking.difference_of_gates(run, *_place(run, q)),
    "filmstrip": lambda run, clip, q: {"memory": looking.filmstrip(run, clip, *_place(run, q))},
    "pixel": lambda run, clip, q: looking.pixel(run, clip, *_place(run, q), int(q["y"]), int(q["x"])),
    "uncertain": lambda run, clip, q: _uncertain(run),
    "video": lambda run, clip, q: {"path": str(export_overlay(run, clip, str(q["name"]), q["folder"]))},
    "export": lambda run, clip, q: {"path": str(export(str(q["kind"]), run, clip, q["folder"]))},
}
