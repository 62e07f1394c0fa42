"""The example clips on disk, and the finished comparison that greets a visitor; both are read-only for all."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from jaxtyping import UInt8

from demo.clips import Clip, save_clip, save_facts
from demo.compare import work
from demo.models import ModelProvider
from demo.store import Run, VariantRecord

GREETING = ("lite/llb", "lite/joint")  # the comparison to greet with, if these can run


class Loaded(Protocol):
    """An example in memory."""

    @property
    def frames(self) -> UInt8[np.ndarray, "t h w 3"]:
        """The frames in RGB."""

    @property
    def labels(self) -> UInt8[np.ndarray, "t h w"]:
        """The exact object ids."""

    @property
    def fps(self) -> float:
        """Frames per second."""


class ExampleShelf:
    """Example clips with exact masks, decoded once into `root`.

    Args:
        root: folder of this set of examples; another version of them needs another folder.
        titles: name -> title, in the order shown.
        load: makes an example from its name.
        descriptions: name -> what makes it hard.
    """

    def __init__(
        self,
        root: Path,
        titles: Mapping[str, str],
        load: Callable[[str], Loaded],
        descriptions: Mapping[str, str] | None = None,
    ) -> None:
        self._root, self._titles, self._load = root, dict(titles), load
        self._descriptions = dict(descriptions or {})

    @classmethod
    def own(cls, cache: Path) -> ExampleShelf:
        """Return the project's own examples."""
        from demo import examples

        known = examples.EXAMPLES.values()
        code = [Path(examples.__file__), Path(__file__).with_name("clips.py")]
        version = _hash_of([*code, *(file for example in known for file in example.files)])[:12]
        titles = {example.name: example.title for example in known}
        descriptions = {example.name: example.description for example in known}
        return cls(cache / f"examples-{version}", titles, examples.load, descriptions)

    def names(self) -> list[str]:
        """List the examples."""
        return list(self._titles)

    def clip(self, name: str) -> Clip:
        """Return an example's clip; decode it at the first call. Raise ValueError for an unknown name."""
        if name not in self._titles:
            raise ValueError(f"There is no example {name!r}: choose one of {', '.join(self._titles)}.")
        folder = self._root / name
        if not (folder / "clip.json").exists():
            loaded = self._load(name)
            times = [index / loaded.fps for index in range(len(loaded.frames))]
            clip = save_clip(folder, self._titles[name], zip(times, loaded.frames, strict=True), loaded.labels)
            return save_facts(clip, description=self._descriptions.get(name, ""))
        return Clip.open(folder)


class Showcase:
    """One finished comparison of the shipped models on the first example, made in the background and kept on disk."""

    def __init__(self, root: Path, models: ModelProvider, shelf: ExampleShelf) -> None:
        self._root, self._models, self._shelf = root, models, shelf
        self._done = 0.0
        self._thread = threading.Thread(target=self._prepare, daemon=True)
        able = [choice for choice in models.choices() if not choice.reason]
        chosen = [choice for choice in able if choice.name in GREETING] or able[:2]
        self._variants = tuple(VariantRecord(choice.name, choice.title) for choice in chosen)

    def start(self) -> None:
        """Begin to prepare the comparison, if there is a model to prepare it with and it is not there yet."""
        if self._variants and self.run() is None:
            self._thread.start()

    def progress(self) -> float | None:
        """Tell how far the comparison is, 0..1; None if it is not on its way."""
        return self._done if self._thread.is_alive() else None

    def run(self) -> Run | None:
        """Return the comparison once it is finished."""
        if not self._variants or not (self._folder / "run.json").exists():
            return None
        run = Run.open(self._folder)
        return run if run.state == "done" and run.clip_folder.exists() else None

    @cached_property
    def _folder(self) -> Path:
        clip = self._shelf.clip(self._shelf.names()[0]).folder
        weights = [self._models.fingerprint(record.name) for record in self._variants]
        key = "|".join([str(clip), _code_version(), *weights])
        return self._root / f"showcase-{hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def _prepare(self) -> None:
        clip = self._shelf.clip(self._shelf.names()[0])
        labels = clip.truth(0)
        assert labels is not None, "an example has exact masks"
        objects = tuple(int(target) for target in sorted(set(labels.ravel()) - {0}))
        run = Run(self._folder, clip.folder, objects, self._variants).save(state="running")
        run.save_given({0: labels})
        for step in work(run, self._models, self._folder / "never"):
            self._done = (step.frame + 1) / len(clip)


def _code_version() -> str:
    """Return a text that changes with the code, so that what is kept on disk is never older than it."""
    folder = Path(__file__).parent
    return _hash_of([*folder.glob("*.py"), *(folder.parent / "llb").rglob("*.py")])


def _hash_of(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()
