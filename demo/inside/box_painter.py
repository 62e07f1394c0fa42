"""What a box of the diagram shows: the picture of a stored feature, of the frame, or of the masks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from demo.browser_pictures import jpeg_address, png_address, shrink
from demo.clips.clip import Clip
from demo.inside import pictures
from demo.inside.answers import ColourBar, Content, Fits, MemoryFrames, Picture, Values
from demo.inside.diagram import DiagramBox, absence_of, variant_of_model
from demo.inside.pca_colours import Colours
from demo.inside.questions import Place
from demo.inside.recorded import Recorded, filter_fits
from demo.runs.run import Run
from llb.io.label_png import overlay
from llb.types import Rgb

SMALL = 240  # pixels of a picture's width in the diagram


@dataclass(frozen=True)
class BoxPainter:
    """Fills the boxes of the diagram for one place of a run.

    Attributes:
        clip: the run's.
        recorded: what is stored of the place.
        colours: of the run; None where there are none (yet).
        reduction: how a feature's channels become colours (`DiagramQuestion`).
        width: of the pictures that are cut from the frame, in pixels.
    """

    clip: Clip
    recorded: Recorded
    colours: Colours | None
    reduction: str
    width: int = SMALL

    def fill(self, box: DiagramBox) -> Content:
        """Return what a box shows; for the few-shot learner all its fits up to the frame.

        Raises:
            ValueError: the feature has no channel of the number that `reduction` names.
        """
        trace, place = self.recorded.trace, self.recorded.place
        if absence := absence_of(box, trace, variant_of_model(place.model), place.frame):
            return absence
        if box.feature:
            return self._feature(box, trace.features[box.feature])
        match box.key:
            case "frame":
                return Picture(jpeg_address(pictures.framed(self._frame, trace.region, self.width)))
            case "region":
                return Picture(jpeg_address(self._region))
            case "source":
                return Picture(jpeg_address(self._label_input()))
            case "mask":
                drawn = overlay_of(self._frame, self.recorded.run, place, 0.5)
                return Picture(jpeg_address(shrink(drawn, self.width)))
            case "memory":
                return MemoryFrames(trace.memory_frames)
            case "tau":
                return Fits(filter_fits(self.recorded.run, place))
        raise AssertionError(f"a box without a picture: {box.key}")

    @cached_property
    def _frame(self) -> Rgb:
        return self.clip.frame(self.recorded.place.frame)

    @cached_property
    def _region(self) -> Rgb:
        return pictures.region_picture(self._frame, self.recorded.trace.region, self.width)

    def _label_input(self) -> Rgb:
        variant = variant_of_model(self.recorded.place.model)
        if variant and variant.label_input == "mask":
            return pictures.grey(self.recorded.trace.mask)
        return pictures.background_filtered(self._region, self.recorded.trace.mask)

    def _feature(self, box: DiagramBox, feature: Float[np.ndarray, "d h w"]) -> Picture:
        """Return the picture of a feature with the values behind it."""
        model = self.recorded.place.model
        if self.reduction == "pca" and self.colours and self.colours.can_paint(model, box.feature):
            painted = self.colours.paint(model, box.feature, feature)
            return Picture(png_address(painted), rounded(pictures.reduce(feature, "mean")), "PCA")
        reduction = "mean" if self.reduction == "pca" else self.reduction
        values = pictures.reduce(feature, reduction)
        caption = f"channel {reduction}" if reduction.isdecimal() else f"{reduction} over {len(feature)} channels"
        if box.scale == "gate":
            bar, picture = ColourBar("cividis", 0.0, 1.0), pictures.cividis(values)
        else:
            bar = ColourBar("viridis", float(values.min()), float(values.max()))
            picture = pictures.sequential(values, bar.low, bar.high)
        return Picture(png_address(picture), rounded(values), caption, bar)


def overlay_of(frame: Rgb, run: Run, place: Place, opacity: float) -> Rgb:
    """Draw the mask of a place's object over its frame."""
    labels = run.labels(place.model, place.frame)
    return overlay(frame, np.where(labels == place.target, labels, 0).astype(np.uint8), opacity)


def rounded(values: Float[np.ndarray, "h w"]) -> Values:
    """Return values to four digits, row by row."""
    return [[round(float(value), 4) for value in row] for row in values]
