"""Render the page's example clips with Blender's Python module (Cycles on the CPU), and pack them for the page.

Blender is needed for nothing else. Set up a venv of CPython 3.11 of its own for it, then render; what is there is kept,
so that an interrupted rendering goes on where it stopped:

    python3.11 -m venv ~/bpyenv
    ~/bpyenv/bin/pip install bpy numpy opencv-python-headless pillow av jaxtyping
    ~/bpyenv/bin/python -m scripts.render_examples --work runs/examples --out demo/clips/rendered

A clip's folder in `--work` holds ``frames/00000.png`` and ``masks/00000.png`` on. Packed, it is an H.264 file and a zip
of masks in the DAVIS palette. The scenes stand in ``scripts/scenes``.
"""

from __future__ import annotations

import argparse
import importlib
import os
import time
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from llb.io.label_png import encode_labels
from scripts.scenes import FPS, FRAMES, STEP

NAMES = ("teapot", "ducks", "train", "bee", "biplane", "parade")
PAD = 12  # pixels about the objects that are rendered with more samples
BT709 = 1
X264 = {"crf": "18", "preset": "veryslow", "tune": "animation"}


def main() -> None:
    """Read the command line; render what is missing, then pack if a folder is given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"clips, of {', '.join(NAMES)}; all if none is given")
    parser.add_argument("--work", type=Path, default=Path("runs/examples"), help="folder of the rendered frames")
    parser.add_argument("--out", type=Path, help="folder for the packed clips; without it, nothing is packed")
    parser.add_argument("--samples", type=int, help="samples per pixel, for a quick look; the scene's own if not given")
    parser.add_argument("--scale", type=int, default=100, help="size in per cent, for a quick look")
    parser.add_argument("--frames", type=int, nargs="*", default=range(FRAMES), help="frames to render")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no clip {', '.join(sorted(unknown))}: choose from {', '.join(NAMES)}")
    for name in asked.names or NAMES:
        folder = asked.work / name
        missing = [frame for frame in asked.frames if not all(path.exists() for path in _paths(folder, frame))]
        if missing:
            render(name, folder, missing, asked.samples, asked.scale)
        if asked.out:
            pack(folder, asked.out / name)


def render(name: str, folder: Path, frames: list[int], samples: int | None, scale: int) -> None:
    """Render frames of a scene and their masks into a folder; a file is there only when it is finished."""
    import bpy

    from scripts.scenes import studio

    module = importlib.import_module(f"scripts.scenes.{name}")
    studio.clear()
    module.build()
    picture = bpy.context.scene
    studio.for_picture(picture, samples or module.SAMPLES, module.SHUTTER)
    masks = studio.for_masks(picture)
    for frame in frames:
        started = time.monotonic()
        target, mask = _paths(folder, frame)
        picture.frame_set(frame)  # both scenes' things are moved by the first scene alone
        _shoot(masks, frame, scale, mask)
        _shoot(picture, frame, scale, target)
        if fine := getattr(module, "FINE", 0):
            refine(picture, frame, fine, target, mask)
        print(f"{name} {frame}: {time.monotonic() - started:.1f} s", flush=True)


def refine(scene: Any, frame: int, samples: int, target: Path, mask: Path) -> None:
    """Render the surroundings of the objects again with more samples, and paste them into a rendered frame."""
    whole, grey = cv2.imread(str(target)), cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE)
    (height, width), (rows, columns) = grey.shape, np.nonzero(grey)
    top, bottom = max(0, rows.min() - PAD), min(height, rows.max() + 1 + PAD)
    left, right = max(0, columns.min() - PAD), min(width, columns.max() + 1 + PAD)
    usual, render_settings = scene.cycles.samples, scene.render
    scene.cycles.samples = samples
    render_settings.use_border = render_settings.use_crop_to_border = True
    # Blender cuts the fractions of a pixel off: half a one more keeps that from being a whole one.
    render_settings.border_min_x, render_settings.border_max_x = (left + 0.5) / width, (right + 0.5) / width
    render_settings.border_min_y, render_settings.border_max_y = (
        (height - bottom + 0.5) / height,
        (height - top + 0.5) / height,
    )
    part = target.with_name(f"part-{target.name}")
    _shoot(scene, frame, render_settings.resolution_percentage, part)
    render_settings.use_border, scene.cycles.samples = False, usual
    whole[top:bottom, left:right] = cv2.imread(str(part))
    cv2.imwrite(str(part), whole)
    os.replace(part, target)


def _shoot(scene: Any, frame: int, scale: int, path: Path) -> None:
    import bpy

    unfinished = path.with_name(f"unfinished-{path.name}").resolve()
    scene.frame_set(frame)
    scene.render.resolution_percentage = scale
    scene.render.filepath = str(unfinished)
    bpy.ops.render.render(write_still=True, scene=scene.name)
    os.replace(unfinished, path)


def pack(folder: Path, out: Path) -> None:
    """Write ``out.mp4`` and ``out.zip`` from a rendered folder."""
    out.parent.mkdir(parents=True, exist_ok=True)
    pairs = [_paths(folder, frame) for frame in range(FRAMES)]
    _encode(out.with_suffix(".mp4"), (cv2.imread(str(frame)) for frame, _ in pairs))
    with zipfile.ZipFile(out.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for _, mask in pairs:
            grey = cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE)
            labels = np.asarray(np.round(grey / STEP), np.uint8)
            assert (labels * STEP == grey).all(), f"{mask} holds greys between two numbers"
            entry = zipfile.ZipInfo(mask.name, (2026, 1, 1, 0, 0, 0))  # a fixed date: the same masks, the same file
            archive.writestr(entry, encode_labels(labels), zipfile.ZIP_DEFLATED, 9)


def _paths(folder: Path, frame: int) -> tuple[Path, Path]:
    return folder / "frames" / f"{frame:05d}.png", folder / "masks" / f"{frame:05d}.png"


def _encode(path: Path, frames: Iterator[Any]) -> None:
    """Write H.264 on a clock of one tick per frame, on which x264 shares out the bits differently than on the fine one
    of `llb.io.video_writer`: what is committed was made so."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream: Any = None
        for bgr in frames:
            if stream is None:
                stream = container.add_stream("libx264", rate=Fraction(FPS))
                stream.height, stream.width = bgr.shape[:2]
                stream.pix_fmt, stream.options = "yuv420p", X264
                context = stream.codec_context
                context.colorspace = context.color_primaries = context.color_trc = BT709
                context.color_range = 1  # limited ("MPEG") range
            frame = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format="yuv420p", dst_colorspace=BT709)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main()
