"""Take away: what a run left on disk, as files that other programs read. Every writer streams frame by frame."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from demo import text
from demo.clips.clip import Clip
from demo.exports.report import write_report
from demo.models.settings import split_entry
from demo.models.shipped import precision_of
from demo.runs.run import Run
from llb.checkpoint import shipped_models
from llb.io.label_png import overlay
from llb.io.video_reader import write_video
from llb.types import Rgb

BAR = 28  # pixels of the title above a picture
COLUMNS = 3


def export(kind: str, run: Run, clip: Clip, folder: Path) -> Path:
    """Write a run's file of a kind (`KINDS`) into `folder`, unless it is there already, and return it.

    Raises:
        ValueError: there is no such kind, or the run has no finished frame.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no file {kind!r} to take away: choose one of {', '.join(KINDS)}.")
    if not run.frames or run.state == "running":
        raise ValueError("This comparison is still running: stop it or wait for its end, then take the files away.")
    name, write = KINDS[kind]
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"draft-{name}"
        write(run, clip, draft)
        draft.replace(path)
    return path


def export_overlay(run: Run, clip: Clip, name: str, folder: Path) -> Path:
    """Write one model's overlay video, unless it is there already, and return it."""
    path = folder / f"{run.of(run.record(name).name).name}.mp4"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"draft-{path.name}"
        pictures = (overlay(clip.frame(index), run.labels(name, index)) for index in range(run.frames))
        write_video(draft, pictures, clip.times[: run.frames])
        draft.replace(path)
    return path


def write_side_by_side(run: Run, clip: Clip, path: Path) -> None:
    """Write all models' overlays in one H.264 video, each under its title, at the clip's own times."""
    write_video(path, (_grid(run, clip.frame(index), index) for index in range(run.frames)), clip.times[: run.frames])


def write_masks(run: Run, clip: Clip, path: Path) -> None:
    """Write label pictures as ``<model>/00000.png`` in a zip: the pixel's number is the object, in DAVIS colours."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("README.txt", text.MASKS_README)
        for record in run.variants:
            for index in range(run.frames):
                archive.write(run.labels_file(record.name, index), f"{run.of(record.name).name}/{index:05d}.png")


def write_coco(run: Run, clip: Clip, path: Path) -> None:
    """Write the masks as COCO annotations with compressed RLE, one list per model.

    ``images`` are the frames, ``categories`` the objects; an annotation has ``image_id``, ``category_id``,
    ``segmentation`` {size [height, width], counts}, ``area``, ``bbox`` [x, y, width, height] and ``score`` 1.
    """
    images = [
        {"id": index, "file_name": f"{index:05d}.png", "width": clip.width, "height": clip.height}
        for index in range(run.frames)
    ]
    found = {record.name: list(_annotations(run, record.name)) for record in run.variants}
    categories = [{"id": target, "name": run.names.get(target, text.object_name(target))} for target in run.objects]
    path.write_text(json.dumps({"images": images, "categories": categories, "annotations": found}))


def write_traces(run: Run, clip: Clip, path: Path) -> None:
    """Write all stored arrays in one npz, keys ``<model>/<frame>/<object>.<field>``; features in fp16."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in run.variants:
            for file in sorted((run.of(record.name) / "traces").glob("*.npz")):
                with np.load(file, allow_pickle=False) as arrays:
                    for key in arrays:
                        buffer = io.BytesIO()
                        np.lib.format.write_array(buffer, arrays[key], allow_pickle=False)
                        archive.writestr(f"{run.of(record.name).name}/{file.stem}/{key}.npy", buffer.getvalue())


def write_measurements(run: Run, clip: Clip, path: Path) -> None:
    """Write settings, models, the clip's facts and every frame's figures as JSON."""
    path.write_text(
        json.dumps(measurements(run, clip) | {"frames": [stats.to_json() for stats in run.frame_stats()]}, indent=1)
    )


def measurements(run: Run, clip: Clip) -> dict[str, Any]:
    """Return how a run was made and what it measured on the whole, as JSON values."""
    cards = shipped_models()
    models = []
    for record in run.variants:
        card = cards.get(split_entry(record.name)[0])
        made_with = {"weights_sha256": card.sha256, "precision": precision_of(card)} if card and card.model else {}
        models.append(asdict(record) | made_with)
    facts = {"title": clip.title, "width": clip.width, "height": clip.height, "fps": clip.fps, "note": clip.note}
    return {
        "clip": facts | {"frames": len(clip)},
        "settings": asdict(run.settings),
        "objects": {str(target): run.names.get(target, text.object_name(target)) for target in run.objects},
        "marked_frames": sorted(run.given()),
        "state": run.state,
        "models": models,
    }


def _annotations(run: Run, name: str) -> Iterator[dict[str, Any]]:
    from pycocotools import mask as coco

    for index in range(run.frames):
        labels = run.labels(name, index)
        for target in run.objects:
            mask = labels == target
            if not mask.any():
                continue
            rle = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
            yield {
                "image_id": index,
                "category_id": target,
                "segmentation": {"size": [int(side) for side in rle["size"]], "counts": rle["counts"].decode("ascii")},
                "area": int(mask.sum()),
                "bbox": [float(side) for side in coco.toBbox(rle)],
                "score": 1.0,
            }


def _grid(run: Run, frame: Rgb, index: int) -> Rgb:
    columns = min(COLUMNS, len(run.variants))
    panes = [_titled(overlay(frame, run.labels(record.name, index)), record.title) for record in run.variants]
    panes += [np.zeros_like(panes[0])] * (-len(panes) % columns)
    return np.concatenate(
        [np.concatenate(panes[start : start + columns], 1) for start in range(0, len(panes), columns)]
    )


def _titled(picture: Rgb, title: str) -> Rgb:
    """Put a bar with a title above a picture; OpenCV's letters are plain ASCII."""
    bar = np.full((BAR, picture.shape[1], 3), 24, np.uint8)
    letters = title.replace("τ", "tau").encode("ascii", "replace").decode()
    cv2.putText(bar, letters, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (255, 255, 255), 1, cv2.LINE_AA)
    return np.concatenate([bar, picture])


KINDS: dict[str, tuple[str, Callable[[Run, Clip, Path], None]]] = {
    "side_by_side": ("side-by-side.mp4", write_side_by_side),
    "masks": ("masks.zip", write_masks),
    "coco": ("masks.coco.json", write_coco),
    "traces": ("traces.npz", write_traces),
    "measurements": ("measurements.json", write_measurements),
    "report": ("report.html", lambda run, clip, path: write_report(run, clip, path, measurements(run, clip))),
}
