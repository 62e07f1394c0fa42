"""The finished comparison that greets a visitor; it is read-only for all."""

from __future__ import annotations

import hashlib
import shutil
import threading
from functools import cached_property
from pathlib import Path

from demo.clips.examples import ExampleShelf, hash_of
from demo.models.provider import ModelProvider
from demo.runs.compare import execute_run
from demo.runs.run import Run
from demo.runs.run_setup import RunRequest, able_models, start_run
from demo.whole_file import whole_folder

GREETING = ("lite/llb", "lite/joint")  # the comparison to greet with, if these can run


class Showcase:
    """One finished comparison of the shipped models on the first example, made in the background and kept on disk."""

    def __init__(self, root: Path, models: ModelProvider, shelf: ExampleShelf) -> None:
        self._root, self._models, self._shelf = root, models, shelf
        self._done = 0.0
        self._thread = threading.Thread(target=self._prepare, daemon=True)
        able = list(able_models(models))
        self._entries = [name for name in able if name in GREETING] or able[:2]

    def start(self) -> None:
        """Begin to prepare the comparison, if there is a model to prepare it with and it is not there yet."""
        if self._entries and self.run() is None:
            self._thread.start()

    def progress(self) -> float | None:
        """Tell how far the comparison is, 0..1; None if it is not on its way."""
        return self._done if self._thread.is_alive() else None

    def run(self) -> Run | None:
        """Return the comparison once it is finished."""
        if not self._entries or not (self.folder / "run.json").exists():
            return None
        run = Run.open(self.folder)
        return run if run.state == "done" and run.clip_folder.exists() else None

    @cached_property
    def folder(self) -> Path:
        """Where the comparison lies once it is finished."""
        clip = self._shelf.clip(self._shelf.names()[0]).folder
        weights = [self._models.facts(name).weights_sha256 for name in self._entries]
        key = "|".join([str(clip), _code_version(), *weights])
        return self._root / f"showcase-{hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def _prepare(self) -> None:
        clip = self._shelf.clip(self._shelf.names()[0])
        labels = clip.truth(0)
        assert labels is not None, "an example has exact masks"
        shutil.rmtree(self.folder, ignore_errors=True)  # one whose clip is gone
        with whole_folder(self.folder) as draft:
            run = start_run(RunRequest(clip, {0: labels}, self._entries), self._models, lambda: draft)
            for step in execute_run(run, self._models, draft / "never"):
                self._done = (step.frame + 1) / len(clip)


def _code_version() -> str:
    """Return a text that changes with the code, so that what is kept on disk is never older than it."""
    folder = Path(__file__).parents[1]
    return hash_of([*folder.rglob("*.py"), *(folder.parent / "llb").rglob("*.py")])
