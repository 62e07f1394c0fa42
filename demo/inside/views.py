"""The answers to questions about the inside of a run, made from what the run left on disk: one function each.

Where nothing is kept the answer is an `Absence`, which says why.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo.browser_pictures import jpeg_address, shrink
from demo.clips.clip import Clip
from demo.inside import pictures, words
from demo.inside.answers import (
    BoxAnswer,
    ChannelPicture,
    ChannelsAnswer,
    Content,
    DetailAnswer,
    DiagramAnswer,
    FeatureFacts,
    FilmstripAnswer,
    Fits,
    GateDetail,
    MemoryPicture,
)
from demo.inside.box_painter import UNIT, BoxPainter, overlay_of
from demo.inside.diagram import (
    BOXES,
    CONTRIBUTIONS,
    GATES,
    NO_INSIDE,
    PENDING,
    Absence,
    DiagramBox,
    find_box,
    formula_of,
    symbol_of,
    variant_of_model,
)
from demo.inside.pca_colours import colours_of
from demo.inside.questions import DetailQuestion, DiagramQuestion, Place
from demo.inside.recorded import Recorded, check_place
from demo.inside.survey import LIVE, Survey, mean_of_live
from demo.runs.run import Run

FILMSTRIP = 160  # pixels of a picture's width in the filmstrip
MOST_CHANNELS = 8  # of a gate that are shown


def diagram(run: Run, clip: Clip, question: DiagramQuestion) -> DiagramAnswer | Absence:
    """Return a small picture, or the reason why there is none, for every box of the diagram.

    Raises:
        ValueError: the run has no such place, or a feature no such channel.
    """
    model = question.place.model
    recorded = Recorded.find(run, question.place)
    if isinstance(recorded, Absence):
        return recorded
    past, colours = recorded.past(question.past), colours_of(run)
    now, then = (
        shown if isinstance(shown, Absence) else BoxPainter(clip, shown, colours, question.looks)
        for shown in (recorded, past)
    )

    def content_of(box: DiagramBox) -> Content:
        painter = then if box.of_past else now
        return painter if isinstance(painter, Absence) else _latest(painter.fill(box))

    boxes = {box.key: _box_answer(box, model, content_of(box)) for box in BOXES.values()}
    kept = None if isinstance(past, Absence) else past.place.frame
    return DiagramAnswer(recorded.place.frame, kept, recorded.trace.in_memory, run.settings.interval, boxes)


def detail(run: Run, clip: Clip, question: DetailQuestion) -> DetailAnswer:
    """Return one box large.

    Raises:
        ValueError: the run has no such place, the diagram no such box, or the feature no such channel.
    """
    box, model = find_box(question.box), question.place.model
    recorded = Recorded.find(run, question.place)
    if isinstance(recorded, Absence):
        return DetailAnswer(box, _box_answer(box, model, recorded), question.place.frame)
    painter = BoxPainter(clip, recorded, colours_of(run), question.looks, large=True)
    feature = recorded.trace.features.get(box.feature)
    return DetailAnswer(
        box,
        _box_answer(box, model, painter.fill(box)),
        recorded.place.frame,
        None if feature is None else FeatureFacts.of(np.abs(feature) if box.scale == "size" else feature),
        gate_detail(painter, box) if recorded.trace.predicted and box.key in (*GATES, *CONTRIBUTIONS) else None,
    )


def gate_detail(painter: BoxPainter, box: DiagramBox) -> GateDetail:
    """Return what both branches add, and the values of the gate of the box's branch where the model has one."""
    features, branch = painter.recorded.trace.features, box.key.partition("_")[2]
    gate = features.get(f"gate_{branch}")
    if gate is None:
        return GateDetail(painter.contributions())
    live = painter.survey.live(branch, len(gate))
    scale = painter.survey.gates if painter.looks.clip_scale else UNIT
    mean = painter.gate(mean_of_live(gate, live), scale, words.mean_of_live(int(live.sum()), len(live)))
    small, values = replace(painter, large=False), gate.astype(np.float32)
    spreads = values.std((1, 2))
    order = sorted(np.flatnonzero(live).tolist(), key=lambda channel: -spreads[channel])
    channels = [
        ChannelPicture(channel, float(spreads[channel]), small.gate(values[channel], UNIT))
        for channel in order[:MOST_CHANNELS]
    ]
    return GateDetail(painter.contributions(), mean, channels)


def channels(run: Run, place: Place) -> ChannelsAnswer | Absence:
    """Return which channels of E1 and E2 are live in the kept frames of a place's object.

    Raises:
        ValueError: the run has no such place.
    """
    check_place(run, place)
    survey = Survey.of(run, place.model, place.target)
    if not survey.frames:
        found = Recorded.find(run, place)
        return found if isinstance(found, Absence) else NO_INSIDE
    known = [frame.of(place.model, place.target).cosine for frame in run.frame_stats()]
    cosines = [cosine for cosine in known if cosine is not None]
    value, label = ([round(float(size), 4) for size in survey.sizes[name]] for name in ("value", "label"))
    return ChannelsAnswer(survey.frames, LIVE, value, label, max(cosines, default=None))


def filmstrip(run: Run, clip: Clip, place: Place) -> FilmstripAnswer | Absence:
    """Return the frames in the memory, each with its temporal weight and what the label encoder read of it.

    Where that is not stored the picture is of the frame with its mask, cut to the search region if that is known.

    Raises:
        ValueError: the run has no such place.
    """
    recorded = Recorded.find(run, place)
    if isinstance(recorded, Absence):
        return recorded
    trace = recorded.trace
    strip = [
        MemoryPicture(frame, weight, _memory_picture(clip, recorded, frame))
        for frame, weight in zip(trace.memory_frames, trace.temporal_weights, strict=True)
    ]
    finds = (Recorded.find(run, replace(place, frame=frame)) for frame in trace.memory_frames)
    return FilmstripAnswer(strip, any(found is PENDING for found in finds))


def _memory_picture(clip: Clip, recorded: Recorded, frame: int) -> str:
    run, place = recorded.run, replace(recorded.place, frame=frame)
    there = Recorded.find(run, place)
    if isinstance(there, Recorded) and there.place.frame == frame:
        return jpeg_address(shrink(BoxPainter(clip, there, None).label_input(), FILMSTRIP))
    drawn, region = overlay_of(clip.frame(frame), run, place, 0.4), recorded.memory_region(frame)
    return jpeg_address(pictures.region_picture(drawn, region, FILMSTRIP) if region else shrink(drawn, FILMSTRIP))


def _box_answer(box: DiagramBox, model: str, content: Content) -> BoxAnswer:
    variant = variant_of_model(model)
    return BoxAnswer(symbol_of(box, variant), formula_of(box, variant), content)


def _latest(content: Content) -> Content:
    """Return what the small box has room for: of the few-shot learner the latest fit."""
    return Fits(content.fits[-1:]) if isinstance(content, Fits) else content
