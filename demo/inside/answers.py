"""The answers about the inside of a run; `to_json` gives each under the names that the page's scripts read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from demo.inside.diagram import Absence, DiagramBox
from demo.inside.let_through import ObjectMeans

Values = list[list[float]]  # of the cells, row by row


@dataclass(frozen=True)
class ColourBar:
    """The ends of the numbers that the colours of a picture show."""

    low: float
    high: float


@dataclass(frozen=True)
class Picture:
    """A picture as a data address; for one of numbers also the colour bar, and in a large one the value of each cell.

    `means` are those of a map in which the object is to be told from what lies beside it.
    """

    src: str
    values: Values | None = None
    caption: str = ""
    bar: ColourBar | None = None
    means: ObjectMeans | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the picture as JSON values."""
        numbers = {} if self.values is None else {"values": self.values}
        caption = {"caption": self.caption} if self.caption else {}
        colours = {} if self.bar is None else {"low": self.bar.low, "high": self.bar.high}
        means = {} if self.means is None else {"means": asdict(self.means)}
        return {"src": self.src, **numbers, **caption, **colours, **means}


@dataclass(frozen=True)
class MemoryFrames:
    """The frames in the memory and their temporal weights."""

    frames: tuple[int, ...]
    weights: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the frames as JSON values."""
        return {"frames": list(self.frames), "weights": [round(weight, 4) for weight in self.weights]}


@dataclass(frozen=True)
class Fit:
    """A fit of the few-shot learner: at which frame, and the loss before each step and after the last."""

    frame: int
    losses: tuple[float, ...]


@dataclass(frozen=True)
class Fits:
    """Fits of the few-shot learner, oldest first."""

    fits: Sequence[Fit]

    def to_json(self) -> dict[str, Any]:
        """Return the fits as JSON values."""
        return {"losses": [{"frame": fit.frame, "losses": list(fit.losses)} for fit in self.fits]}


Content = Picture | MemoryFrames | Fits | Absence


@dataclass(frozen=True)
class BoxAnswer:
    """A box of the diagram as it is in a model at a frame."""

    symbol: str
    formula: str
    content: Content

    def to_json(self) -> dict[str, Any]:
        """Return the box as JSON values."""
        return {"symbol": self.symbol, "formula": self.formula, **self.content.to_json()}


@dataclass(frozen=True)
class DiagramAnswer:
    """The diagram at a place.

    Attributes:
        frame: whose inside is shown: the one asked for or, in a long clip, the last one before it that is stored.
        past: the frame in the memory whose label input, E1, E2 and W are shown; None if they are not kept.
        joins: whether the frame joins the memory.
        interval: every so many frames one joins.
        boxes: all of the diagram, by their keys.
    """

    frame: int
    past: int | None
    joins: bool
    interval: int
    boxes: Mapping[str, BoxAnswer]

    def to_json(self) -> dict[str, Any]:
        """Return the diagram as JSON values."""
        boxes = {key: box.to_json() for key, box in self.boxes.items()}
        joining = {"joins": self.joins, "interval": self.interval}
        return {"index": self.frame, "past": self.past, **joining, "boxes": boxes}


@dataclass(frozen=True)
class ChannelPicture:
    """A gate's values in one channel: how much they vary over the places (standard deviation), and their means."""

    channel: int
    spread: float
    picture: Picture

    def to_json(self) -> dict[str, Any]:
        """Return the channel as JSON values."""
        return {"channel": self.channel, "spread": self.spread, **self.picture.to_json()}


@dataclass(frozen=True)
class GateDetail:
    """What a gate does, in pictures.

    Attributes:
        contributions: what matching and the filter add to E_tar, on one scale.
        gate: the gate's own values, mean over the live channels; None for a model that has no gates.
        channels: the live channels, those whose gates vary most first.
    """

    contributions: tuple[Picture, Picture]
    gate: Picture | None = None
    channels: Sequence[ChannelPicture] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the pictures as JSON values."""
        return {
            "contributions": [picture.to_json() for picture in self.contributions],
            "gate": self.gate.to_json() if self.gate else None,
            "channels": [channel.to_json() for channel in self.channels],
        }


@dataclass(frozen=True)
class ChannelsAnswer:
    """Which channels of E1 and E2 are live.

    Attributes:
        frames: kept frames in which they were counted.
        least: a channel is live if its value ever exceeds this.
        value: the largest value of each of E1's channels.
        label: the same of E2.
        cosine: the largest cosine of E1 and E2 in any frame; None where none is known.
    """

    frames: int
    least: float
    value: list[float]
    label: list[float]
    cosine: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the channels as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class FeatureFacts:
    """Shape (channels, rows, columns) and statistics of a feature."""

    shape: tuple[int, ...]
    min: float
    max: float
    mean: float
    std: float

    @classmethod
    def of(cls, feature: Float[np.ndarray, "d h w"]) -> FeatureFacts:
        """Measure a feature."""
        values = feature.astype(np.float32)
        return cls(values.shape, float(values.min()), float(values.max()), float(values.mean()), float(values.std()))

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        stats = asdict(self)
        shape = stats.pop("shape")
        return {"shape": " × ".join(str(side) for side in shape), "channels": shape[0], "stats": stats}


@dataclass(frozen=True)
class DetailAnswer:
    """One box of the diagram, large; `facts` where it shows a feature, `gates` where it is about the gates.

    `frame` is whose it is: of what the memory holds, the past frame's.
    """

    box: DiagramBox
    answer: BoxAnswer
    frame: int
    facts: FeatureFacts | None = None
    gates: GateDetail | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the box as JSON values."""
        words = {"key": self.box.key, "title": self.box.title, "sentence": self.box.sentence, "index": self.frame}
        gates = {"gates": self.gates.to_json()} if self.gates else {}
        return {**words, **self.answer.to_json(), **(self.facts.to_json() if self.facts else {}), **gates}


@dataclass(frozen=True)
class MemoryPicture:
    """A frame in the memory.

    `weight` is its temporal weight; `attention` the part of a pixel's attention that it gets, 0..1, where one is asked.
    """

    frame: int
    weight: float
    src: str
    attention: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the frame as JSON values."""
        part = {} if self.attention is None else {"part": self.attention}
        return {"frame": self.frame, "weight": self.weight, "src": self.src, **part}


@dataclass(frozen=True)
class FilmstripAnswer:
    """The frames in the memory, oldest first; `pending` tells that what the label encoder read of some still comes."""

    memory: Sequence[MemoryPicture]
    pending: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the frames as JSON values."""
        return {"memory": [picture.to_json() for picture in self.memory], "pending": self.pending}


@dataclass(frozen=True)
class GateSeries:
    """Both gates at a pixel (mean over channels) for every frame; None where there is none."""

    gate_transduced: list[float | None]
    gate_induced: list[float | None]


@dataclass(frozen=True)
class PixelAnswer:
    """Where the transformer looks from a pixel, and the gates there.

    `cell` is the feature cell (row, column) of the pixel; None, with an empty memory, outside the search region. `src`
    is the search region with that cell marked. `note` says why the memory is empty inside it; `pending` tells that the
    inside of other frames still comes, so the gates over time have gaps.
    """

    cell: tuple[int, int] | None
    gates: GateSeries
    src: str = ""
    memory: Sequence[MemoryPicture] = ()
    note: str = ""
    pending: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        return {
            "pending": self.pending,
            **({"note": self.note} if self.note else {}),
            "cell": None if self.cell is None else list(self.cell),
            "src": self.src,
            "memory": [picture.to_json() for picture in self.memory],
            "gates": {
                "gate_transduced": list(self.gates.gate_transduced),
                "gate_induced": list(self.gates.gate_induced),
            },
        }
