"""The start of a run: check what was asked for and write it down as a run on disk that waits to be worked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from demo import model_text, result_text, text
from demo.clips.clip import Clip
from demo.models.provider import ModelChoice, ModelProvider
from demo.models.settings import Settings, split_entry, variant_of
from demo.runs.passes import Repair
from demo.runs.run import Run, VariantRecord, trace_stride_of
from llb.types import Labels

MOST_MODELS = 6  # side by side in one run
MOST_OBJECTS = 8  # of a clip
LEAST_PIXELS = 20  # smallest object that is followed


@dataclass(frozen=True)
class RunRequest:
    """A comparison that someone asks for.

    Attributes:
        clip: what it runs on.
        marked: the masks to start from, by frame.
        entries: models and knock-outs, in the order shown (`demo.models.settings.entry_name`).
        settings: of the engine, the same for all models.
        names: of objects that have one.
    """

    clip: Clip
    marked: Mapping[int, Labels]
    entries: Sequence[str]
    settings: Settings = Settings()
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RepairRequest:
    """A repair that someone asks for: which run, the masks as they are now marked on its clip, and where to go on."""

    base: Run
    marked: Mapping[int, Labels]
    repair: Repair
    names: Mapping[int, str] = field(default_factory=dict)


def start_run(request: RunRequest, models: ModelProvider, new_folder: Callable[[], Path]) -> Run:
    """Check a request and write it down as a run; `new_folder` is called only where nothing is wrong with it.

    Raises:
        ValueError: no or too small objects, no, too many or unknown models, or a setting out of range.
    """
    objects = objects_to_follow(request.marked)
    records = checked_variants(request.entries, request.settings, models)
    stride = trace_stride_of(request.clip)
    with _begun(new_folder) as folder:
        run = Run(
            *(folder, request.clip.folder, objects, records, request.settings),
            names=dict(request.names),
            trace_stride=stride,
        )
        run.save_marked_masks(request.marked)
        return run.save()


def start_repair(request: RepairRequest, new_folder: Callable[[], Path]) -> Run:
    """Check a request and write it down as a run that starts with all that the base run has.

    Raises:
        ValueError: nothing is marked on the frame, an object is too small, or the frame is not in the base run.
    """
    if request.repair.at not in request.marked:
        raise ValueError(text.NOTHING_TO_REPAIR)
    if any(record.imported for record in request.base.variants):
        raise ValueError(result_text.IMPORTED_NOT_REPAIRED)
    objects_to_follow(request.marked)
    with _begun(new_folder) as folder:
        return request.base.begin_repair(folder, request.marked, request.repair).save(names=dict(request.names))


@contextmanager
def _begun(new_folder: Callable[[], Path]) -> Iterator[Path]:
    """Yield a new folder for a run; it goes again if the run cannot be written down."""
    folder = new_folder()
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def able_models(models: ModelProvider) -> dict[str, ModelChoice]:
    """Return the models that can run, by name."""
    return {choice.name: choice for choice in models.choices() if not choice.reason}


def checked_variants(entries: Sequence[str], settings: Settings, models: ModelProvider) -> tuple[VariantRecord, ...]:
    """List models and knock-outs as a run notes them; those that share no search regions come last.

    Raises:
        ValueError: none, too many or unknown ones, or a setting out of range.
    """
    settings.config()
    if not entries:
        raise ValueError(text.NO_MODEL if able_models(models) else text.NO_WEIGHTS)
    if len(entries) > MOST_MODELS:
        raise ValueError(text.too_many(len(entries), MOST_MODELS))
    return records_of(entries, models)


def records_of(entries: Iterable[str], models: ModelProvider) -> tuple[VariantRecord, ...]:
    """List any number of models and knock-outs as a run notes them; raise ValueError for an unknown one."""
    able, records = able_models(models), []
    for name in sorted(entries, key=lambda name: variant_of(name) is None):
        model, knock_out = split_entry(name)
        if model not in able:
            raise ValueError(text.NO_MODEL)
        choice, variant = able[model], variant_of(name)
        title = text.KNOCK_OUT_TITLES[knock_out][0] if knock_out else choice.title
        difference = model_text.difference(variant) if variant else choice.difference
        records.append(VariantRecord(name, title, difference, **asdict(models.facts(model))))
    return tuple(records)


def check_object(target: int) -> None:
    """Raise ValueError for a number that no object may have."""
    if not 1 <= target <= MOST_OBJECTS:
        raise ValueError(text.no_such_object(target, MOST_OBJECTS))


def objects_to_follow(marked: Mapping[int, Labels]) -> tuple[int, ...]:
    """Return the ids of the marked objects.

    Raises:
        ValueError: there are none, one is too small to follow, or a number is above `MOST_OBJECTS`.
    """
    found: set[int] = set()
    for index, labels in marked.items():
        for target in (int(number) for number in np.unique(labels) if number):
            check_object(target)
            pixels = int((labels == target).sum())
            if pixels < LEAST_PIXELS:
                raise ValueError(text.too_small(target, index, pixels, LEAST_PIXELS))
            found.add(target)
    if not found:
        raise ValueError(text.NO_MASK)
    return tuple(sorted(found))
