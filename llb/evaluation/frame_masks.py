"""Masks of one clip from any program: which file belongs to which frame, and whether they fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from llb.io.label_png import decode_labels
from llb.io.picture_file import read_header
from llb.types import Labels


@dataclass(frozen=True)
class FrameMasks:
    """A result's masks of a clip, in the order of its frames.

    Attributes:
        title: what the result is called.
        files: the name of each frame's file; None where the result has none.
        read_bytes: returns a file's bytes by its name.
        by_order: whether the files were given to the frames by their order, since their names are others.
        single: whether all objects count as one, as in DAVIS 2016.
    """

    title: str
    files: tuple[str | None, ...]
    read_bytes: Callable[[str], bytes]
    by_order: bool = False
    single: bool = False

    def __len__(self) -> int:
        return len(self.files)

    def read(self, index: int) -> Labels | None:
        """Read the mask of a frame as ids, None where there is none; raise ValueError if it is no mask."""
        name = self.files[index]
        if name is None:
            return None
        labels = decode_labels(self.read_bytes(name), f"{self.title}: {PurePosixPath(name).name}")
        return (labels > 0).astype(labels.dtype) if self.single else labels

    def check_sizes(self, size: tuple[int, int], *others: tuple[int, int]) -> None:
        """Look at the headers of all files.

        Raises:
            ValueError: a mask has neither the clip's `size` (height, width) nor one of the `others`.
        """
        for name in filter(None, self.files):
            base = PurePosixPath(name).name
            header = read_header(self.read_bytes(name), f"{self.title}: {base}")
            if (header.height, header.width) not in (size, *others):
                raise ValueError(
                    f"{self.title}: {base} is {header.width}x{header.height}, the clip {size[1]}x{size[0]}: give masks "
                    "of the clip's size."
                )

    @property
    def lacking(self) -> tuple[int, ...]:
        """Numbers, from 0 on, of the frames without a mask."""
        return tuple(index for index, name in enumerate(self.files) if name is None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the match, a sentence each."""
        found = []
        if self.by_order:
            found.append(f"The masks of {self.title} are named otherwise than the frames: they were taken in order.")
        if self.lacking:
            found.append(f"{self.title} lacks {frame_ranges(self.lacking)}.")
        return tuple(found)


def match_frames(
    title: str,
    files: Mapping[str, str],
    stems: Sequence[str],
    read_bytes: Callable[[str], bytes],
    single: bool = False,
) -> FrameMasks:
    """Give each of a clip's frames, known by their `stems`, its mask: by the names, else by the order.

    `files` are the names of the masks' files by their own stems, in order. Numbers count as numbers: ``12`` is
    ``00012``. Where neither has all names of the other and there are as many masks as frames (numbered from 1 on, say),
    the order decides.

    Raises:
        ValueError: there are no masks, or names and count are others.

    >>> match_frames("A", {"1": "1.png", "2": "2.png"}, ["0", "1"], str.encode).files
    ('1.png', '2.png')
    """
    masks = {_plain(stem): name for stem, name in files.items()}
    frames = [_plain(stem) for stem in stems]
    if not masks:
        raise ValueError(f"{title} holds no PNG masks: give one for every frame of the clip.")
    common = masks.keys() & set(frames)
    if len(common) < min(len(masks), len(frames)) and len(files) == len(frames):
        return FrameMasks(title, tuple(files.values()), read_bytes, by_order=True, single=single)
    if not common:
        raise ValueError(
            f"{title} has {len(files)} masks, the first of them {PurePosixPath(next(iter(files.values()))).name}, and "
            f"the clip {len(frames)} frames: name the masks like the frames ({stems[0]}.png), or give one for each."
        )
    return FrameMasks(title, tuple(masks.get(frame) for frame in frames), read_bytes, single=single)


def frame_ranges(numbers: Iterable[int]) -> str:
    """Name frames by their numbers.

    >>> frame_ranges([3, 4, 5, 9])
    'frames 3-5, 9'
    """
    ordered = sorted(numbers)
    ranges: list[list[int]] = []
    for number in ordered:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    written = ", ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ranges)
    return f"frame{'s' if len(ordered) > 1 else ''} {written}"


def _plain(stem: str) -> str:
    """Return a name by which frames and masks are compared."""
    return str(int(stem)) if stem.isascii() and stem.isdigit() else stem
