"""What the page asks about the inside of a run: plain JSON values, made from what the run left on disk."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float

from demo.clips.clip import Clip
from demo.inside import diagram as parts
from demo.inside import pictures as visualize
from demo.inside.diagram import Part
from demo.inside.pca_colours import PARTS as PAINTED
from demo.inside.pca_colours import Colours
from demo.models.settings import variant_of
from demo.runs.run import Run
from demo.runs.trace_file import StoredTrace
from llb.config import VARIANTS
from llb.io.label_png import overlay
from llb.model.layers import TEMPERATURE
from llb.types import Rgb, SearchRegion

WIDE = 720  # pixels of a large picture
SMALL = 240
MEMORY_SHOWN = 20
Answer = dict[str, Any]


def diagram(run: Run, clip: Clip, name: str, target: int, index: int, how: str) -> Answer:
    """Return a small picture, or the reason why there is none, for every part of the diagram."""
    index = run.kept(index)
    trace = _trace(run, name, target, index)
    frame = clip.frame(index)
    boxes = {}
    for part in parts.PARTS.values():
        reason = parts.absent(part, variant_of(name), trace.predicted)
        box = {"absent": reason} if reason else _box(run, part, trace, frame, name, target, index, how)
        names = {"symbol": parts.symbol(part, variant_of(name)), "formula": parts.formula(part, variant_of(name))}
        boxes[part.key] = names | box
    return {
        "index": index,
        "boxes": boxes,
        "region": [trace.region.y0, trace.region.x0, trace.region.y1, trace.region.x1],
        "in_memory": trace.in_memory,
        "memory": {"frames": list(trace.memory_frames), "weights": list(trace.temporal_weights)},
        "explained": Colours.of(run).basis.explained if run.colours else None,
    }


def detail(run: Run, clip: Clip, name: str, target: int, index: int, key: str, how: str) -> Answer:
    """Return one part large: picture, formula, shape, statistics, caption and, for numbers, the value of each cell.

    Raises:
        ValueError: there is no such part or channel.
    """
    part, index = _part(key), run.kept(index)
    trace = _trace(run, name, target, index)
    answer: Answer = {
        "key": key,
        "symbol": parts.symbol(part, variant_of(name)),
        "title": part.title,
        "sentence": part.sentence,
        "formula": parts.formula(part, variant_of(name)),
    }
    if reason := parts.absent(part, variant_of(name), trace.predicted):
        return answer | {"absent": reason}
    frame = clip.frame(index)
    answer |= _box(run, part, trace, frame, name, target, index, how, WIDE)
    if part.feature:
        feature = trace.features[part.feature].astype(np.float32)
        figures = {"min": feature.min(), "max": feature.max(), "mean": feature.mean(), "std": feature.std()}
        answer |= {
            "shape": " × ".join(str(side) for side in feature.shape),
            "channels": len(feature),
            "stats": {label: float(figure) for label, figure in figures.items()},
        }
    if key == "tau":
        answer["losses"] = losses(run, name, target, index)
    return answer


def difference_of_gates(run: Run, name: str, target: int, index: int) -> Answer:
    """Return the mean over channels of γ1 - γ2 as a picture, blue where the filter is trusted more."""
    trace = _trace(run, name, target, run.kept(index))
    if "gate_transduced" not in trace.features:
        return {"absent": parts.absent(parts.PARTS["gate_transduced"], variant_of(name), trace.predicted)}
    gates = [trace.features[f"gate_{branch}"].astype(np.float32).mean(0) for branch in ("transduced", "induced")]
    values = gates[0] - gates[1]
    return {"src": png(visualize.diverging(values)), "values": _rounded(values), "low": -1, "high": 1}


def pixel(run: Run, clip: Clip, name: str, target: int, index: int, y: int, x: int) -> Answer:
    """Return where the transformer looks from a pixel of the frame, and both gates there over time.

    `cell` is the feature cell (row, column); None, with everything else empty, if the pixel is outside the region.
    """
    trace = _trace(run, name, target, run.kept(index))
    rows, columns = next(iter(trace.features.values())).shape[1:]
    cell = _cell(y, x, trace.region, rows, columns)
    answer: Answer = {"cell": cell, "memory": [], "gates": _gates_over_time(run, name, target, y, x)}
    if cell is None or "query" not in trace.features:
        return answer
    keys = run.memory_keys(name, trace.keys_frame, target)
    assert keys is not None, "a trace names the frame that holds its keys"
    weights = attention(trace.features["query"], keys, cell)
    for number, frame_index in enumerate(trace.memory_frames[:MEMORY_SHOWN]):
        past = _trace(run, name, target, frame_index)
        crop = visualize.region_picture(clip.frame(frame_index), past.region, SMALL)
        picture = visualize.heat(crop, weights[number], float(weights.max()))
        answer["memory"].append(
            {
                "frame": frame_index,
                "part": float(weights[number].sum()),
                "weight": trace.temporal_weights[number],
                "src": jpeg(picture),
            }
        )
    return answer


def filmstrip(run: Run, clip: Clip, name: str, target: int, index: int) -> list[Answer]:
    """Return the memory's frames at this frame, each with its temporal weight and a small picture of its mask."""
    trace = _trace(run, name, target, run.kept(index))
    strip = []
    for frame_index, weight in zip(trace.memory_frames, trace.temporal_weights, strict=True):
        past = _trace(run, name, target, frame_index)
        labels = run.labels(name, frame_index)
        drawn = overlay(clip.frame(frame_index), np.where(labels == target, labels, 0).astype(np.uint8), 0.4)
        picture = jpeg(visualize.region_picture(drawn, past.region, 160))
        strip.append({"frame": frame_index, "weight": weight, "src": picture})
    return strip


def attention(
    query: Float[np.ndarray, "k h w"], keys: Float[np.ndarray, "t k h w"], cell: tuple[int, int]
) -> Float[np.ndarray, "t h w"]:
    """Return a cell's attention over the memory from stored unit keys; sums to 1."""
    scores = np.einsum("k,tkhw->thw", query[:, cell[0], cell[1]].astype(np.float32), keys.astype(np.float32))
    weights = np.exp((scores - scores.max()) / TEMPERATURE)
    return np.asarray(weights / weights.sum())


def _box(
    run: Run,
    part: Part,
    trace: StoredTrace,
    frame: Rgb,
    name: str,
    target: int,
    index: int,
    how: str,
    width: int = SMALL,
) -> Answer:
    """Return a part's picture; for a feature also the values behind it and the ends of its colours."""
    if part.feature:
        return _feature(run, part, trace.features[part.feature], name, how)
    crop = visualize.region_picture(frame, trace.region, width)
    if part.key == "frame":
        return {"src": jpeg(visualize.framed(frame, trace.region, width))}
    if part.key == "region":
        return {"src": jpeg(crop)}
    if part.key == "source":
        bare = _variant_reads_mask(name)
        return {"src": jpeg(visualize.grey(trace.mask) if bare else visualize.filtered(crop, trace.mask))}
    if part.key == "mask":
        labels = run.labels(name, index)
        drawn = overlay(frame, np.where(labels == target, labels, 0).astype(np.uint8), 0.5)
        return {"src": jpeg(visualize.shrink(drawn, width))}
    if part.key == "memory":
        return {"count": len(trace.memory_frames), "frames": list(trace.memory_frames)}
    return {"losses": losses(run, name, target, index)[-1:]}


def _feature(run: Run, part: Part, feature: Float[np.ndarray, "d h w"], name: str, how: str) -> Answer:
    if how == "pca" and part.feature in PAINTED and run.colours:
        picture = Colours.of(run).paint(name, part.feature, feature)
        return {"src": png(picture), "caption": "PCA", "values": _rounded(visualize.reduce(feature, "mean"))}
    shown = "mean" if how == "pca" else how
    values = visualize.reduce(feature, shown)
    caption = f"channel {shown}" if shown.isdecimal() else f"{shown} over {len(feature)} channels"
    if part.scale == "gate":
        return {
            "src": png(visualize.cividis(values)),
            "values": _rounded(values),
            "caption": caption,
            "low": 0.0,
            "high": 1.0,
            "bar": "cividis",
        }
    low, high = float(values.min()), float(values.max())
    picture = visualize.sequential(values, low, high)
    ends = {"low": low, "high": high, "bar": "viridis"}
    return {"src": png(picture), "values": _rounded(values), "caption": caption, **ends}


def losses(run: Run, name: str, target: int, index: int) -> list[Answer]:
    """Return the learner's losses of every fit up to a frame: the frame, and the loss before each step and after."""
    found = []
    for frame_index, stats in enumerate(run.frame_stats()[: index + 1]):
        fit = stats.of(name, target).losses
        if fit:
            found.append({"frame": frame_index, "losses": list(fit)})
    return found


def _gates_over_time(run: Run, name: str, target: int, y: int, x: int) -> Answer:
    """Return both gates (mean over channels) at a pixel for every frame, None where there is none.

    Frames whose inside is not kept repeat the one before.
    """
    series: dict[str, list[float | None]] = {"gate_transduced": [], "gate_induced": []}
    frames = run.record(name).frames
    for index in range(0, frames, run.every):
        trace = run.trace(name, index, target)
        for gate, values in series.items():
            feature = trace.features.get(gate) if trace else None
            cell = _cell(y, x, trace.region, *feature.shape[1:]) if trace and feature is not None else None
            value = None
            if cell is not None and feature is not None:
                value = float(feature[:, cell[0], cell[1]].mean(dtype=np.float32))
            values += [value] * min(run.every, frames - index)
    return series


def _cell(y: int, x: int, region: SearchRegion, rows: int, columns: int) -> tuple[int, int] | None:
    """Return the feature cell (row, column) of a pixel, None outside the region."""
    if not (region.y0 <= y < region.y1 and region.x0 <= x < region.x1):
        return None
    row = (y - region.y0) * rows // (region.y1 - region.y0)
    return row, (x - region.x0) * columns // (region.x1 - region.x0)


def _trace(run: Run, name: str, target: int, index: int) -> StoredTrace:
    run.record(name)
    trace = run.trace(name, index, target)
    if trace is None:
        raise ValueError("This model has nothing to show for this object at this frame: choose another frame.")
    return trace


def _part(key: str) -> Part:
    if key not in parts.PARTS:
        raise ValueError(f"There is no part {key!r}: choose one of the diagram's boxes.")
    return parts.PARTS[key]


def _variant_reads_mask(name: str) -> bool:
    return VARIANTS[variant_of(name)].label_input == "mask"


def _rounded(values: Float[np.ndarray, "h w"]) -> list[list[float]]:
    return [[round(float(value), 4) for value in row] for row in values]


def png(picture: Rgb) -> str:
    """Pack a picture without loss into a data address."""
    return _pack(picture, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 3], "png")


def jpeg(picture: Rgb) -> str:
    """Pack a photograph, small, into a data address."""
    return _pack(picture, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, 85], "jpeg")


def _pack(picture: Rgb, suffix: str, options: list[int], kind: str) -> str:
    done, data = cv2.imencode(suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    assert done
    return f"data:image/{kind};base64,{base64.b64encode(data.tobytes()).decode()}"
