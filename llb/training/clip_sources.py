"""The clips of a training stage: from the frame cache of the lite recipe, or from the release's data sets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from llb.data.annotated_videos import davis, youtube_vos
from llb.data.clip import ClipSource
from llb.data.coco import CocoInstances
from llb.data.released_clips import DataSet, ReleasedClips
from llb.data.sampler import ClipConfig, ClipSampler
from llb.data.targets import TargetSource
from llb.training.config import TrainConfig


@dataclass(frozen=True)
class DataFolders:
    """Where the data are; what a run does not read may be missing."""

    cache: Path | None = None  # of llb.data.image_cache
    coco: Path | None = None
    youtube_vos: Path | None = None
    davis: Path | None = None


def open_clips(config: TrainConfig, number: int, data: DataFolders) -> ClipSource:
    """Open the clips of stage `number`; each stage draws clips of its own.

    Raises:
        ValueError: a folder that the stage reads was not given, or holds no such data set.
    """
    clips, seed = config.stages[number].clips, config.seed + 1000 * (number + 1)
    if isinstance(clips, ClipConfig):
        if data.cache is None:
            raise ValueError("This recipe reads a cache of decoded images: give the data that it is made of, --data.")
        return ClipSampler(data.cache, clips, seed)
    return ReleasedClips([_open(name, data) for name, _ in clips.shares], clips, seed)


def _open(name: DataSet, data: DataFolders) -> TargetSource:
    folder: Path | None = getattr(data, name)
    if folder is None:
        raise ValueError(f"This stage reads a data set whose folder was not given: --{name.replace('_', '-')}.")
    if name == "coco":
        return CocoInstances(folder)
    return youtube_vos(folder) if name == "youtube_vos" else davis(folder)
