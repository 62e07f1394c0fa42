"""A zip of PNG masks of one clip, unpacked within bounds and matched to the clip's frames."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from demo import result_text
from demo.clips.clip import Clip
from demo.clips.upload import packed_pictures
from llb.evaluation.frame_masks import FrameMasks, match_frames

LONGEST = 40  # letters of a result's title


def read_masks(path: Path, clip: Clip, folder: Path, side: int) -> FrameMasks:
    """Unpack the PNG files of a zip into `folder` and give each of the clip's frames its own.

    Nothing else is read, and no more bytes of each than a picture of `side` x `side` pixels can have. The files are
    numbered there: no name of the zip becomes one on disk.

    Raises:
        ValueError: it is no zip or none that can be read, holds the masks of several clips or too large ones, or does
            not match the clip.
    """
    if path.suffix.lower() != ".zip":
        raise ValueError(result_text.not_a_zip(path.name))
    title, unpacked = title_of(path), dict[str, Path]()
    for number, (name, data) in enumerate(packed_pictures(path, side, {".png"})):
        if name in unpacked:
            raise ValueError(result_text.twice_in_zip(title, name))
        unpacked[name] = folder / f"{number:05d}.png"
        unpacked[name].write_bytes(data)
    stems = [f"{clip.start + index * clip.stride:05d}" for index in range(len(clip))]
    files = {PurePosixPath(name).stem: name for name in unpacked}
    return match_frames(title, files, stems, lambda name: unpacked[name].read_bytes())


def title_of(path: Path) -> str:
    """Return what a result is called: its file's name."""
    return path.stem.strip()[:LONGEST] or "masks"
