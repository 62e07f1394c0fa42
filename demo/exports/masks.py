"""A run's masks as files: label pictures, COCO, and the soft masks that the models' inside holds."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from demo import text
from demo.clips.clip import Clip
from demo.exports import words
from demo.exports.measurements import object_names
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace
from llb.formats.coco import CocoFile


def write_masks(run: Run, clip: Clip, path: Path) -> None:
    """Write label pictures as ``<model>/00000.png`` in a zip: the pixel's number is the object, in DAVIS colours."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("README.txt", words.MASKS_README)
        for record in run.variants:
            folder = run.model_folder(record.name).name
            for index in range(run.frames):
                archive.write(run.labels_file(record.name, index), f"{folder}/{index:05d}.png")


def write_coco(run: Run, clip: Clip, path: Path) -> None:
    """Write a COCO file ``<model>.json`` for each model in a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in run.variants:
            frames = ((f"{index:05d}.png", run.labels(record.name, index)) for index in range(run.frames))
            found = CocoFile.of(frames, object_names(run))
            archive.writestr(f"{run.model_folder(record.name).name}.json", json.dumps(asdict(found)))


def write_soft_masks(run: Run, clip: Clip, path: Path) -> None:
    """Write each object's probability as ``<model>/<object>/00000.png`` in a zip: grey, 255 where it is sure.

    Raises:
        ValueError: the inside, which holds them, is still being computed, or no model has any.
    """
    check_inside(run)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("README.txt", words.SOFT_README)
        for record in run.variants:
            folder = run.model_folder(record.name).name
            for index, target, trace in _stored(run, record.name):
                soft = soft_mask(trace, (clip.height, clip.width))
                archive.writestr(f"{folder}/{target}/{index:05d}.png", cv2.imencode(".png", soft)[1].tobytes())


def check_inside(run: Run) -> None:
    """Raise ValueError unless some model's inside is there, and all of it."""
    if run.inside_missing:
        raise ValueError(text.INSIDE_NOT_YET)
    if all(run.traces(record.name).empty for record in run.variants):
        raise ValueError(words.NO_INSIDE)


def _stored(run: Run, name: str) -> Iterator[tuple[int, int, StoredTrace]]:
    """Yield what is stored of a model, with its frame and object."""
    traces = run.traces(name)
    for index in traces.frames():
        for target in run.objects:
            trace = traces.read(index, target) if index < run.frames else None
            if trace is not None:
                yield index, target, trace


def soft_mask(trace: StoredTrace, size: tuple[int, int]) -> UInt8[np.ndarray, "height width"]:
    """Return an object's probability x 255 over the frame; 0 outside the search region."""
    region = trace.region
    patch = cv2.resize(trace.mask, (region.x1 - region.x0, region.y1 - region.y0), interpolation=cv2.INTER_LINEAR)
    soft = np.zeros(size, np.uint8)
    top, left = max(region.y0, 0), max(region.x0, 0)
    bottom, right = min(region.y1, size[0]), min(region.x1, size[1])
    soft[top:bottom, left:right] = patch[top - region.y0 : bottom - region.y0, left - region.x0 : right - region.x0]
    return soft
