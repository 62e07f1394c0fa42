"""What a run measured on the whole and how it was made, for files and programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from demo import text
from demo.clips.clip import Clip
from demo.models.settings import Settings
from demo.runs.run import Run, VariantRecord


@dataclass(frozen=True)
class ClipFacts:
    """The clip that a run worked on; `note` says what was done to it at the upload."""

    title: str
    width: int
    height: int
    fps: float
    note: str
    frames: int

    @classmethod
    def of(cls, clip: Clip) -> ClipFacts:
        """Take the facts from a clip on disk."""
        return cls(clip.title, clip.width, clip.height, clip.fps, clip.note, len(clip))


@dataclass(frozen=True)
class Measurements:
    """A run as a whole; what is measured frame by frame stands in its series (`Run.frame_stats`).

    Attributes:
        clip: what it worked on.
        settings: of the engine, the same for all models.
        objects: their names, by number.
        marked_frames: frames with a mask from the visitor.
        state: ``running``, ``done`` or ``stopped``.
        cpu_share: `Run.cpu_share`; below `demo.runs.run.BUSY` other work ran meanwhile and the times are longer.
        models: how far each got, how it did, and with which weights and numbers.
    """

    clip: ClipFacts
    settings: Settings
    objects: Mapping[int, str]
    marked_frames: tuple[int, ...]
    state: str
    cpu_share: float | None
    models: tuple[VariantRecord, ...]

    @classmethod
    def of(cls, run: Run, clip: Clip) -> Measurements:
        """Gather what a run wrote."""
        marked = tuple(sorted(run.marked_masks()))
        return cls(ClipFacts.of(clip), run.settings, object_names(run), marked, run.state, run.cpu_share, run.variants)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {**asdict(self), "objects": {str(target): name for target, name in self.objects.items()}}


def object_names(run: Run) -> dict[int, str]:
    """Return every object's name by its number; one that was given none is called by the number."""
    return {target: run.names.get(target, text.object_name(target)) for target in run.objects}
