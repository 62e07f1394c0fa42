"""The comparison that an example shows before anybody has pressed Run; read-only, and the same for all visitors."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Generator
from pathlib import Path

from demo.clips.clip import Clip
from demo.models.settings import Settings
from demo.runs.answers import Answers
from demo.runs.run import Run, trace_stride_of
from demo.runs.run_cache import give_results
from demo.runs.run_key import code_version, describe_model, make_key
from demo.runs.run_setup import RunRequest, able_models, checked_variants, objects_to_follow
from demo.whole_file import whole_folder

GREETING = ("lite/llb", "lite/joint")  # the models to compare, if these can run


class ReadyRuns:
    """A finished comparison of two models per example, in a folder of its own below `root`.

    It is made of what `answers` has. Where that is nothing, it is computed in the background.
    """

    def __init__(self, root: Path, answers: Answers) -> None:
        self._root, self.answers = root, answers
        able = list(able_models(answers.models))
        self._entries = [name for name in GREETING if name in able] or able[:2]
        self._folders: dict[str, Path] = {}  # by example
        self._making = threading.Lock()

    def of_example(self, name: str) -> Run | None:
        """Return the comparison of an example; None if it is still to be computed."""
        if not self._entries:
            return None
        folder = self._folder(name)
        if not self._is_there(folder):
            with self._making:
                if not self._is_there(folder):
                    self._make(folder, self._request(name))
        return self._open(folder) if self._is_there(folder) else None

    def of_clip(self, clip: Clip) -> Run | None:
        """Return the comparison of a clip; None if it is no example, or still to be computed."""
        return self.of_example(clip.folder.name) if self.answers.shelf.has(clip) else None

    def is_first(self, clip: Clip) -> bool:
        """Tell whether a clip is the first example."""
        return self.answers.shelf.has(clip) and clip.folder.name == self.answers.shelf.names()[0]

    def greeting(self) -> Run | None:
        """Return the comparison of the first example."""
        return self.of_example(self.answers.shelf.names()[0])

    def progress(self) -> float | None:
        """Tell how far the first example's comparison is, 0..1; None if it is not on its way."""
        if not self._entries:
            return None
        return self.answers.compute(self._request(self.answers.shelf.names()[0]))

    def find(self, folder_name: str) -> Run | None:
        """Return the comparison in a folder, None if there is none of this name."""
        names = {self._folder(name).name: name for name in (self.answers.shelf.names() if self._entries else ())}
        return self.of_example(names[folder_name]) if folder_name in names else None

    def folders(self) -> list[Path]:
        """List the folders that this server uses."""
        return [self._folder(name) for name in self.answers.shelf.names()] if self._entries else []

    def prepare(self) -> Generator[None, None, None]:
        """See to every example's comparison, inside and all, and yield after each."""
        for name in self.answers.shelf.names():
            self.of_example(name)
            yield

    def _is_there(self, folder: Path) -> bool:
        return (folder / "run.json").exists() and Run.open(folder).clip_folder.exists()

    def _open(self, folder: Path) -> Run:
        return self.answers.complete(Run.open(folder))

    def _request(self, name: str) -> RunRequest:
        clip = self.answers.shelf.clip(name)
        labels = clip.truth(0)
        assert labels is not None, "an example has exact masks"
        return RunRequest(clip, {0: labels}, self._entries)

    def _folder(self, name: str) -> Path:
        """Return where the comparison of an example lies: another clip, model or code, another folder.

        It need not be decoded for that: the name of its clip's folder changes with its frames.
        """
        if name not in self._folders:
            records = checked_variants(self._entries, Settings(), self.answers.models)
            models = [describe_model(record) for record in records]
            facts = f"{self.answers.shelf.root / name} {models} {code_version()}"
            version = hashlib.sha256(facts.encode()).hexdigest()
            self._folders[name] = self._root / f"showcase-{version[:12]}"
        return self._folders[name]

    def _make(self, folder: Path, request: RunRequest) -> None:
        """Put the comparison together from what there is, else begin to compute it."""
        records = checked_variants(request.entries, request.settings, self.answers.models)
        key = make_key(request.clip, request.marked, records, request.settings)
        entry = self.answers.find(request, key)
        if entry is None:
            self.answers.compute(request)
            return
        objects, stride = objects_to_follow(request.marked), trace_stride_of(request.clip)
        with whole_folder(folder) as draft:
            run = Run(draft, request.clip.folder, objects, records, request.settings, trace_stride=stride)
            run.save_marked_masks(request.marked)
            give_results(entry, run).save(answered=False)
