"""Pick objects out of a cache of training images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from llb.data.image_cache import CachedFrame, CachedObject, FrameCache

MIN_AREA = 400  # pixels; smaller objects are not worth cutting out

PickedObject = tuple[CachedFrame, CachedObject]
Group = list[PickedObject]


class ObjectPicker:
    """Draw objects: first a collection or a video, then an object of it.

    Without `shares`, a collection or video counts by the root of its number of images, and all its objects alike.
    With them, a collection counts by its share (one that is not named, not at all), which its videos have in equal
    parts, and an object by the root of its box's area, so that large and thin ones come more often.
    """

    _groups: list[Group]
    _weights: Float[np.ndarray, " groups"]  # probability of each group
    _within: list[Float[np.ndarray, " objects"]]  # probability of each object in its group; empty: all are alike

    def __init__(self, cache: FrameCache, shares: Sequence[tuple[str, float]] = ()) -> None:
        """List the objects that can be cut out; raise ValueError when none is large enough, or has a share."""
        groups: dict[str, Group] = {}
        for frame in cache.frames:
            for item in frame.objects:
                if item.area >= MIN_AREA:
                    groups.setdefault(frame.video or frame.collection, []).append((frame, item))
        self._groups = list(groups.values())
        weights = _by_share(self._groups, dict(shares)) if shares else _by_images(self._groups)
        if not weights.sum():
            of = f" of {', '.join(dict(shares))}" if shares else ""
            raise ValueError(f"No object{of} of {MIN_AREA} pixels in {cache.folder}: add images with larger objects.")
        self._weights = weights / weights.sum()
        self._within = [_by_size(group) for group in self._groups] if shares else []

    def pick(self, rng: np.random.Generator) -> PickedObject:
        """Draw an object."""
        number = int(rng.choice(len(self._groups), p=self._weights))
        group = self._groups[number]
        return group[int(rng.choice(len(group), p=self._within[number]) if self._within else rng.integers(len(group)))]


def siblings(frame: CachedFrame, item: CachedObject) -> Group:
    """Return the other objects of an object's photo that can be cut out; they are often of its kind."""
    return [(frame, other) for other in frame.objects if other != item and other.area >= MIN_AREA]


def _by_images(groups: Sequence[Group]) -> Float[np.ndarray, " groups"]:
    return np.sqrt([len({id(frame) for frame, _ in group}) for group in groups])


def _by_share(groups: Sequence[Group], shares: Mapping[str, float]) -> Float[np.ndarray, " groups"]:
    names = [group[0][0].collection for group in groups]
    return np.array([shares.get(name, 0.0) / names.count(name) for name in names])


def _by_size(group: Group) -> Float[np.ndarray, " objects"]:
    weights = np.sqrt([(item.y1 - item.y0) * (item.x1 - item.x0) for _, item in group])
    return np.asarray(weights / weights.sum())
