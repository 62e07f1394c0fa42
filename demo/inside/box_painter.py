"""What a box of the diagram shows: the picture of a stored feature, of the frame, or of the masks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from demo.browser_pictures import jpeg_address, png_address, shrink
from demo.clips.clip import Clip
from demo.inside import pictures, words
from demo.inside.answers import ColourBar, Content, Fits, MemoryFrames, Picture, Values
from demo.inside.diagram import DiagramBox, absence_of, variant_of_model
from demo.inside.let_through import ObjectMeans, contribution, places_on_object, share_let_through
from demo.inside.pca_colours import Colours
from demo.inside.questions import Looks, Place
from demo.inside.recorded import Recorded, filter_fits
from demo.inside.survey import BRANCHES, Range, Survey, mean_of_live
from demo.runs.run import Run
from demo.screen_colours import screen_palette
from llb.io.label_png import overlay
from llb.types import Rgb

SMALL = 240  # pixels of a picture's width in the diagram
LARGE = 720  # of one that is shown alone
UNIT = (0.0, 1.0)


@dataclass(frozen=True)
class BoxPainter:
    """Fills the boxes of the diagram for one place of a run.

    Attributes:
        clip: the run's.
        recorded: what is stored of the place.
        colours: of the run; None where there are none (yet).
        looks: how numbers become colours.
        large: whether the pictures are large and come with their cells' values.
    """

    clip: Clip
    recorded: Recorded
    colours: Colours | None
    looks: Looks = Looks()
    large: bool = False

    def fill(self, box: DiagramBox) -> Content:
        """Return what a box shows; for the few-shot learner all its fits up to the frame.

        Raises:
            ValueError: the feature has no channel of the number that the looks name.
        """
        trace, place = self.recorded.trace, self.recorded.place
        if absence := absence_of(box, trace, variant_of_model(place.model), place.frame):
            return absence
        if box.feature:
            return self._feature(box)
        match box.key:
            case "frame":
                return self._photo(pictures.framed(self._frame, trace.region, self.width))
            case "region":
                return self._photo(self._region)
            case "source":
                return self._photo(self.label_input())
            case "mask":
                drawn = overlay_of(self._frame, self.recorded.run, place, 0.5)
                return self._photo(shrink(drawn, self.width))
            case "memory":
                return MemoryFrames(trace.memory_frames, trace.temporal_weights)
            case "tau":
                return Fits(filter_fits(self.recorded.run, place))
        raise AssertionError(f"a box without a picture: {box.key}")

    def _photo(self, picture: Rgb) -> Picture:
        return Picture(jpeg_address(picture, 85 if self.large else 70))

    @property
    def width(self) -> int:
        """Width in pixels of the pictures that are cut from the frame."""
        return LARGE if self.large else SMALL

    @cached_property
    def _frame(self) -> Rgb:
        return self.clip.frame(self.recorded.place.frame)

    @cached_property
    def _region(self) -> Rgb:
        return pictures.region_picture(self._frame, self.recorded.trace.region, self.width)

    def label_input(self) -> Rgb:
        """Return what the model's label encoder reads of the frame: the object's pixels, or the mask."""
        variant = variant_of_model(self.recorded.place.model)
        if variant and variant.label_input == "mask":
            return pictures.grey(self.recorded.trace.mask)
        return pictures.background_filtered(self._region, self.recorded.trace.mask)

    def _feature(self, box: DiagramBox) -> Picture:
        """Return the picture of a feature with the values behind it."""
        feature, reduction = self.recorded.trace.features[box.feature], self.looks.reduction
        if box.scale == "feature" and reduction == "pca" and self.colours:
            model = self.recorded.place.model
            if self.colours.can_paint(model, box.feature):
                painted = self.colours.paint(model, box.feature, feature)
                values = rounded(self._mean(box.feature)) if self.large else None
                return Picture(png_address(painted), values, "PCA")
        if box.scale in ("gate", "contribution") and not reduction.isdecimal():
            branch = box.feature.removeprefix("gate_")
            return self.share(branch) if box.scale == "gate" else self.contributions()[BRANCHES.index(branch)]
        if box.scale == "size":
            feature = np.abs(feature)
        return self._reduced(box, feature)

    def _reduced(self, box: DiagramBox, feature: Float[np.ndarray, "d h w"]) -> Picture:
        """Return a feature's mean over the live channels, its largest channel, or one of its channels."""
        reduction = "mean" if self.looks.reduction == "pca" else self.looks.reduction
        live = self.survey.live(box.feature, len(feature)) if reduction == "mean" else np.ones(len(feature), bool)
        values = mean_of_live(feature, live) if reduction == "mean" else pictures.reduce(feature, reduction)
        kinds = {"mean": words.mean_of_live(live.sum(), len(live)), "max": words.max_of(len(feature))}
        caption = kinds.get(reduction, f"channel {reduction}")
        if box.scale == "gate":
            return self.gate(values, UNIT, caption)
        bar = ColourBar(0.0 if box.scale == "size" else float(values.min()), float(values.max()))
        return self._coloured(values, bar, caption)

    def _mean(self, name: str) -> Float[np.ndarray, "h w"]:
        """Return a feature's mean over its live channels."""
        feature = self.recorded.trace.features[name]
        return mean_of_live(feature, self.survey.live(name, len(feature)))

    @cached_property
    def survey(self) -> Survey:
        """What all kept frames say of the object in the model."""
        place = self.recorded.place
        return Survey.of(self.recorded.run, place.model, place.target)

    def share(self, branch: str) -> Picture:
        """Return the share of a branch's answer that its gate lets through, with its means on and beside the object."""
        features = self.recorded.trace.features
        values = share_let_through(features[branch], features[f"gate_{branch}"])
        scale = self.survey.shares if self.looks.clip_scale else UNIT
        return self.gate(values, scale, words.SHARE)

    def gate(self, values: Float[np.ndarray, "h w"], scale: Range, caption: str = "") -> Picture:
        """Return the picture of numbers of 0..1, and their means on and beside the object."""
        means = ObjectMeans.of(values, self.on_object)
        return replace(self._coloured(values, ColourBar(*scale), caption), means=means)

    def _coloured(self, values: Float[np.ndarray, "h w"], bar: ColourBar, caption: str) -> Picture:
        """Return the picture of numbers on a scale."""
        painted = pictures.sequential(values, bar.low, bar.high)
        return Picture(png_address(painted), rounded(values) if self.large else None, caption, bar)

    @cached_property
    def on_object(self) -> Bool[np.ndarray, "h w"]:
        """Which feature cells lie on the object."""
        rows, columns = self.recorded.trace.features["value"].shape[1:]
        return places_on_object(self.recorded.trace.mask, rows, columns)

    def contributions(self) -> tuple[Picture, Picture]:
        """Return what matching and the filter add to E_tar, on one scale."""
        features = self.recorded.trace.features
        maps = [contribution(features[branch], features.get(f"gate_{branch}")) for branch in BRANCHES]
        bar = ColourBar(0.0, float(max(values.max() for values in maps)))
        shown = [self._coloured(values, bar, words.CONTRIBUTION) for values in maps]
        means = [ObjectMeans.of(values, self.on_object) for values in maps]
        return replace(shown[0], means=means[0]), replace(shown[1], means=means[1])


def overlay_of(frame: Rgb, run: Run, place: Place, opacity: float) -> Rgb:
    """Draw the mask of a place's object over its frame, in the screen's colours."""
    labels = run.labels(place.model, place.frame)
    own = np.where(labels == place.target, labels, 0).astype(np.uint8)
    return overlay(frame, own, opacity, screen_palette())


def rounded(values: Float[np.ndarray, "h w"]) -> Values:
    """Return values to four digits, row by row."""
    return [[round(float(value), 4) for value in row] for row in values]
