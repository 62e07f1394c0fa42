"""The answers to questions about the inside of a run, made from what the run left on disk: one function each.

Where nothing is kept the answer is an `Absence`, which says why.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo.browser_pictures import jpeg_address, png_address, shrink
from demo.clips.clip import Clip
from demo.inside import pictures
from demo.inside.answers import (
    BoxAnswer,
    ColourBar,
    Content,
    DetailAnswer,
    DiagramAnswer,
    FeatureFacts,
    FilmstripAnswer,
    Fits,
    MemoryPicture,
    Picture,
)
from demo.inside.box_painter import BoxPainter, overlay_of, rounded
from demo.inside.diagram import (
    BOXES,
    Absence,
    DiagramBox,
    absence_of,
    find_box,
    formula_of,
    symbol_of,
    variant_of_model,
)
from demo.inside.pca_colours import colours_of
from demo.inside.questions import DetailQuestion, DiagramQuestion, Place
from demo.inside.recorded import Recorded
from demo.runs.run import Run

LARGE = 720  # pixels of a large picture's width
FILMSTRIP = 160  # pixels of a picture's width in the filmstrip


def diagram(run: Run, clip: Clip, question: DiagramQuestion) -> DiagramAnswer | Absence:
    """Return a small picture, or the reason why there is none, for every box of the diagram.

    Raises:
        ValueError: the run has no such place, or a feature no such channel.
    """
    model = question.place.model
    recorded = Recorded.find(run, question.place)
    if isinstance(recorded, Absence):
        return recorded
    colours = colours_of(run)
    painter = BoxPainter(clip, recorded, colours, question.reduction)
    boxes = {box.key: _box_answer(box, model, _latest(painter.fill(box))) for box in BOXES.values()}
    return DiagramAnswer(recorded.place.frame, boxes, colours.basis.explained if colours else None)


def detail(run: Run, clip: Clip, question: DetailQuestion) -> DetailAnswer:
    """Return one box large.

    Raises:
        ValueError: the run has no such place, the diagram no such box, or the feature no such channel.
    """
    box, model = find_box(question.box), question.place.model
    recorded = Recorded.find(run, question.place)
    if isinstance(recorded, Absence):
        return DetailAnswer(box, _box_answer(box, model, recorded))
    content = BoxPainter(clip, recorded, colours_of(run), question.reduction, LARGE).fill(box)
    feature = recorded.trace.features.get(box.feature)
    return DetailAnswer(box, _box_answer(box, model, content), None if feature is None else FeatureFacts.of(feature))


def gate_difference(run: Run, place: Place) -> Picture | Absence:
    """Return γ1 - γ2, mean over channels, as a picture; blue where the filter is trusted more.

    Raises:
        ValueError: the run has no such place.
    """
    recorded = Recorded.find(run, place)
    if isinstance(recorded, Absence):
        return recorded
    if absence := absence_of(
        BOXES["gate_transduced"], recorded.trace, variant_of_model(place.model), recorded.place.frame
    ):
        return absence
    features = recorded.trace.features
    gates = [features[f"gate_{branch}"].astype(np.float32).mean(0) for branch in ("transduced", "induced")]
    values = gates[0] - gates[1]
    bar = ColourBar("diverging", -1.0, 1.0)
    return Picture(png_address(pictures.diverging(values)), rounded(values), bar=bar)


def filmstrip(run: Run, clip: Clip, place: Place) -> FilmstripAnswer | Absence:
    """Return the frames in the memory, each with its temporal weight and a small picture of its mask.

    Where a frame's search region is not stored the picture is of the whole frame.

    Raises:
        ValueError: the run has no such place.
    """
    recorded = Recorded.find(run, place)
    if isinstance(recorded, Absence):
        return recorded
    strip = []
    for frame, weight in zip(recorded.trace.memory_frames, recorded.trace.temporal_weights, strict=True):
        drawn, region = (
            overlay_of(clip.frame(frame), run, replace(place, frame=frame), 0.4),
            recorded.memory_region(frame),
        )
        small = pictures.region_picture(drawn, region, FILMSTRIP) if region else shrink(drawn, FILMSTRIP)
        strip.append(MemoryPicture(frame, weight, jpeg_address(small)))
    return FilmstripAnswer(strip)


def _box_answer(box: DiagramBox, model: str, content: Content) -> BoxAnswer:
    variant = variant_of_model(model)
    return BoxAnswer(symbol_of(box, variant), formula_of(box, variant), content)


def _latest(content: Content) -> Content:
    """Return what the small box has room for: of the few-shot learner the latest fit."""
    return Fits(content.fits[-1:]) if isinstance(content, Fits) else content
