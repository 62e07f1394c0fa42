"""Runs on disk. The page reads what a run wrote and never asks the model again."""

from __future__ import annotations

import json
import math
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from demo.browser_json import browser_json
from demo.clips.clip import LOSSLESS, Clip
from demo.models.settings import Settings, split_entry
from demo.runs.frame_stats import FrameStats
from demo.runs.passes import EarlierRun, Pass, Repair, marked_objects, repaired, whole_clip
from demo.runs.shared_files import share_folder
from demo.runs.trace_file import TraceFolder
from demo.whole_file import write_whole
from llb.io.label_png import decode_labels, encode_labels
from llb.types import Labels

SERVER = secrets.token_hex(8)  # a run that another server process began and never ended has died with it
MARKED = "marked"
MARKED_BEFORE = "marked-before"  # the masks of the run that a repair goes on from
SERIES, TRACES = "series.jsonl", "traces"
COLOURS = "feature_colours.json"  # of the features (`demo.inside.pca_colours`)
BUSY = 0.8  # part of their time in which models have a core: 0.89 to 0.94 alone, 0.55 to 0.64 beside one busy process
MOST_TRACES = 300  # frames of a long clip whose inside is kept


@dataclass(frozen=True)
class VariantRecord:
    """How far one model got in a run and how it did.

    `overlap` is the mean J over the frames and objects that have one (`ObjectStats`); in a run with imported masks it
    is that of `llb score`, which counts an object out of sight as well.

    `seconds_per_frame` is its mean work on a frame without a given mask, all objects together, with an even share of
    the features that several models use (`demo.runs.compare.fair_seconds`); loading and saving are not in it.
    `difference` tells the model from the others in one line; `weights_sha256` and `precision` say with what it was
    computed (`demo.models.provider.ModelFacts`). `imported` tells masks of another program
    (`demo.runs.imported_results`).
    """

    name: str
    title: str
    difference: str = ""
    weights_sha256: str = ""
    precision: str = ""
    frames: int = 0
    seconds_per_frame: float | None = None
    overlap: float | None = None
    imported: bool = False

    @property
    def is_knock_out(self) -> bool:
        """Whether a part of the model was put out of action."""
        return bool(split_entry(self.name)[1])


@dataclass(frozen=True)
class Run:
    """A comparison on disk: per model the label pictures and traces of its frames, and one series of statistics.

    Attributes:
        folder: where the run lies.
        clip_folder: its clip (`Clip.open`).
        objects: ids of the objects that it follows.
        variants: its models and how far each is.
        settings: of the engine, the same for all models.
        state: ``waiting``, ``running``, ``done`` or ``stopped``.
        base: name of the run that this one repairs; empty for a first run.
        repair: where the repair goes on, and in which direction.
        names: of objects that have one.
        trace_stride: the inside of the models is stored every so many frames (`TraceFolder`).
        server: names the server process that began it.
        key: of its question (`demo.runs.run_key`); empty for a repair.
        answered: whether it was found in the cache and not computed for this visitor.
        inside_missing: whether the inside of some frames, which the models have, is not there yet.
        inside_key: of a run without a key of its own: that of the question whose answer has what is missing.
        cpu_share: the part of its time in which the model that waited most had a processor core, 0..1; None where it
            is not known.
        opens_at: the frame that the player shows first; None: the middle one.
        notes: what is to be known of the results, a sentence each.
    """

    folder: Path
    clip_folder: Path
    objects: tuple[int, ...]
    variants: tuple[VariantRecord, ...]
    settings: Settings = Settings()
    state: str = "waiting"
    base: str = ""
    repair: Repair | None = None
    names: dict[int, str] = field(default_factory=dict)
    trace_stride: int = 1
    server: str = SERVER
    key: str = ""
    answered: bool = False
    inside_missing: bool = False
    inside_key: str = ""
    cpu_share: float | None = None
    opens_at: int | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read a run that `save` wrote; one that died with its server is stopped and has what it has.

        Raises:
            ValueError: it is gone.
        """
        try:
            facts = json.loads((folder / "run.json").read_text())
        except FileNotFoundError as error:
            raise ValueError("This comparison is no longer there: run it again.") from error
        variants = tuple(VariantRecord(**record) for record in facts.pop("variants"))
        clip_folder, objects = Path(facts.pop("clip_folder")), tuple(facts.pop("objects"))
        facts["repair"] = Repair(**facts["repair"]) if facts["repair"] else None
        facts["notes"] = tuple(facts.get("notes", ()))
        facts["names"] = {int(target): name for target, name in facts["names"].items()}
        run = cls(folder, clip_folder, objects, variants, Settings(**facts.pop("settings")), **facts)
        return run.as_left() if run.server != SERVER else run

    def as_left(self) -> Run:
        """Return a run that nobody works any more as it lies on disk: stopped, with what all models finished.

        For a run whose worker died, which could write no end; one that ended, or never began, stays as it is.
        """
        if self.state != "running":
            return self
        frames = self.series_length
        records = tuple(replace(record, frames=max(record.frames, frames)) for record in self.variants)
        return replace(self, state="stopped", variants=records)

    def begin_repair(self, folder: Path, marked: Mapping[int, Labels], repair: Repair) -> Run:
        """Write down a repair as a run of its own in `folder`, which starts with all that this one has.

        `marked` are the masks as they are marked now, by frame.

        Raises:
            ValueError: the frame to go on from is not finished in this run.
        """
        if repair.at >= self.frames:
            raise ValueError(f"Frame {repair.at} is not in these results: choose one up to {self.frames - 1}.")
        objects = tuple(sorted({*self.objects, *(t for there in marked_objects(marked).values() for t in there)}))
        lacks = self.inside_missing and bool(self.key)  # all of it comes later, but for what the repair writes
        for source in (self.model_folder(record.name) for record in self.variants):
            share_folder(source, folder / source.name, leave=TRACES if lacks else "")
        share_folder(self.folder / MARKED, folder / MARKED_BEFORE)
        if (self.folder / COLOURS).exists():
            shutil.copyfile(self.folder / COLOURS, folder / COLOURS)
        run = replace(self, folder=folder, objects=objects, base=self.folder.name, repair=repair, server=SERVER)
        run = replace(run, key="", inside_key=self.key or self.inside_key, answered=False)
        run.save_frame_stats(self.frame_stats())
        run.save_marked_masks(marked)
        return run.save(state="waiting")

    def passes(self, length: int) -> list[Pass]:
        """Return what is to be done on a clip of `length` frames; raise ValueError if there is nothing to go by."""
        masks = self.marked_masks()
        if self.repair is None:
            return whole_clip(marked_objects(masks), length)
        return self.repair_passes(masks, self.repair, length)

    def repair_passes(self, masks: Mapping[int, Labels], repair: Repair, length: int) -> list[Pass]:
        """Return what a repair of this run has to do where these `masks` are marked; raise ValueError as `passes`."""
        return repaired(marked_objects(masks), repair, length, EarlierRun(self.frames, self._unused_marks(masks)))

    def _unused_marks(self, masks: Mapping[int, Labels]) -> dict[int, frozenset[int]]:
        """Return the objects, by finished frame, whose labels in some model are not as they are marked there."""
        unused = {}
        for index, there in marked_objects(masks).items():
            if index < self.frames:
                found = [self.labels(record.name, index) for record in self.variants]
                unused[index] = frozenset(
                    target
                    for target in there
                    if any(((labels == target) != (masks[index] == target)).any() for labels in found)
                )
        return unused

    def save(self, **changes: object) -> Run:
        """Write the run's facts, with some of them changed, and return it."""
        run = replace(self, **changes)  # type: ignore[arg-type]
        facts = {key: value for key, value in asdict(run).items() if key != "folder"}
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / "run.json", json.dumps({**facts, "clip_folder": str(run.clip_folder)}))
        return run

    @property
    def is_scored(self) -> bool:
        """Whether masks of other programs are beside, so that all of its mean J are those of `llb score`."""
        return any(record.imported for record in self.variants)

    @property
    def in_company(self) -> bool:
        """Whether other work kept the models waiting for the processor: their times are longer than those alone."""
        return self.cpu_share is not None and self.cpu_share < BUSY

    @property
    def frames(self) -> int:
        """Frames that every variant has finished."""
        return min((record.frames for record in self.variants), default=0)

    @property
    def rewrites(self) -> bool:
        """Whether labels of finished frames may still be replaced: by a repair, or on the way back to frame 0."""
        marked = (int(path.stem) for path in (self.folder / MARKED).glob("*.png"))
        return self.state == "running" and (self.repair is not None or min(marked, default=0) > 0)

    def record(self, name: str) -> VariantRecord:
        """Return a variant's record; raise ValueError for one that is not in the run."""
        for record in self.variants:
            if record.name == name:
                return record
        raise ValueError("This comparison has no such model: choose one that it shows.")

    def labels_file(self, name: str, index: int) -> Path:
        """Return where a variant's labels of a frame are."""
        return self.model_folder(name) / "labels" / f"{index:05d}.png"

    def labels(self, name: str, index: int) -> Labels:
        """Return a variant's labels of a frame."""
        return _read_mask(self.labels_file(name, index))

    def marked_masks(self) -> dict[int, Labels]:
        """Return the masks that the visitor marked, by frame."""
        return _read_masks(self.folder / MARKED)

    def marked_masks_before(self) -> dict[int, Labels]:
        """Return the masks that were marked, by frame, when the run began that this one repairs."""
        return _read_masks(self.folder / MARKED_BEFORE)

    def save_marked_masks(self, masks: Mapping[int, Labels]) -> None:
        """Keep the masks that the visitor marked, by frame."""
        (self.folder / MARKED).mkdir(parents=True, exist_ok=True)
        for index, labels in masks.items():
            write_whole(self.folder / MARKED / f"{index:05d}.png", encode_labels(labels))

    def save_labels(self, name: str, index: int, labels: Labels) -> None:
        """Keep a variant's labels of a frame; a file that another run shares is left to it."""
        path = self.labels_file(name, index)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, encode_labels(labels))

    def traces(self, name: str) -> TraceFolder:
        """Return what a model's inside was in the frames so far."""
        return TraceFolder(self.model_folder(name) / TRACES, self.trace_stride)

    def add_frame_stats(self, stats: FrameStats) -> None:
        """Append the statistics of one frame, all models together, to the series."""
        with (self.folder / SERIES).open("a") as series:
            series.write(_line(stats))

    def save_frame_stats(self, series: Iterable[FrameStats]) -> None:
        """Write the whole series anew."""
        write_whole(self.folder / SERIES, "".join(map(_line, series)))

    def frame_stats(self, start: int = 0) -> list[FrameStats]:
        """Return the statistics of every frame from `start` on that is written."""
        return [FrameStats.from_json(json.loads(line)) for line in self._series_lines()[start:]]

    @property
    def series_length(self) -> int:
        """Frames whose statistics are written."""
        return len(self._series_lines())

    def _series_lines(self) -> list[str]:
        """Return the lines of the series that are whole: the last one may be at its writing, or torn."""
        path = self.folder / SERIES
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def model_folder(self, name: str) -> Path:
        """Return the folder of a model's files."""
        return self.folder / name.replace("/", "-")


def trace_stride_of(clip: Clip) -> int:
    """Return the `trace_stride` of a run on a clip: 1 for short clips."""
    return 1 if len(clip) <= LOSSLESS else math.ceil(len(clip) / MOST_TRACES)


def _read_masks(folder: Path) -> dict[int, Labels]:
    return {int(path.stem): _read_mask(path) for path in sorted(folder.glob("*.png"))}


def _read_mask(path: Path) -> Labels:
    return decode_labels(path.read_bytes(), path.name)


def _line(stats: FrameStats) -> str:
    """Write a frame's statistics as a line of JSON."""
    return json.dumps(browser_json(stats.to_json()), allow_nan=False) + "\n"
