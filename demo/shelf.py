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

from demo.clips import Clip, save_clip
from demo.compare import work
from demo.models import ModelProvider
from demo.store import Run, VariantRecord

GREETING = ("lite/llb", "lite/joint")  # the comparison to greet with, if these can run


class Rendered(Protocol):
    """A rendered example."""

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
    """Example clips with exact masks, rendered once into `root`.

    Args:
        root: folder of this set of examples; another version of them needs another folder.
        titles: name -> title, in the order shown.
        render: makes an example from its name.
    """

    def __init__(self, root: Path, titles: Mapping[str, str], render: Callable[[str], Rendered]) -> None:
        self._root, self._titles, self._render = root, dict(titles), render

    @classmethod
    def generated(cls, cache: Path) -> ExampleShelf:
        """Return the project's own examples."""
        from demo import examples

        here = Path(__file__).parent
        version = _hash_of([Path(examples.__file__), here / "clips.py", *(here / "scenes").glob("*.py")])[:12]
        titles = {name: example.title for name, example in examples.EXAMPLES.items()}
        return cls(cache / f"examples-{version}", titles, examples.render)

    def names(self) -> list[str]:
        """List the examples."""
        return list(self._titles)

    def clip(self, name: str) -> Clip:
        """Return an example's clip; render it at the first call. Raise ValueError for an unknown name."""
        if name not in self._titles:
            raise ValueError(f"There is no example {name!r}: choose one of {', '.join(self._titles)}.")
        folder = self._root / name
        if not (folder / "clip.json").exists():
            rendered = self._render(name)
            times = [index / rendered.fps for index in range(len(rendered.frames))]
            return save_clip(folder, self._titles[name], zip(times, rendered.frames, strict=True), rendered.labels)
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
