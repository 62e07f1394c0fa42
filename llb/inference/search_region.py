"""The search region around a target: how it moves from frame to frame, cropping it, and pasting logits back.

All rules are those of the released tracker; positions are (y, x) in pixels, sizes (height, width).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Shaped
from torch import Tensor

from llb.types import SearchRegion

OUTSIDE_LOGIT = -100.0
SIZE_IN_DEVIATIONS = 4.0  # a target's height and width in standard deviations of its mask
MIN_CHANGE, MAX_CHANGE = 0.95, 1.1  # of the scale, per frame
HALF_CELL = 8  # half a feature cell in crop pixels: where a 3 x 3 filter on an even grid is centred

Pair = tuple[float, float]


@dataclass(frozen=True)
class TargetState:
    """Position, size and scale (image pixels per crop pixel) of a target, now and at the start."""

    position: Pair
    size: Pair
    scale: float
    start_size: Pair
    start_scale: float


@dataclass(frozen=True)
class Placement:
    """A search region and how it is sampled: `count` samples per axis, every `step`-th pixel from `first` on."""

    region: SearchRegion
    first: tuple[int, int]
    count: tuple[int, int]
    step: int


def start_state(mask: Bool[np.ndarray, "height width"], crop: tuple[int, int], search_factor: float) -> TargetState:
    """Take position and size from the bounding box of a mask, which must not be empty."""
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert len(ys) > 0, "an empty mask has no bounding box"
    position = (float(ys[0] + ys[-1]) / 2, float(xs[0] + xs[-1]) / 2)
    size = (float(ys[-1] - ys[0] + 1), float(xs[-1] - xs[0] + 1))
    scale = search_factor * math.sqrt(math.prod(size) / math.prod(crop))
    return TargetState(position, size, scale, start_size=size, start_scale=scale)


def follow(state: TargetState, prob: Float[Tensor, "height width"], min_area: float) -> TargetState:
    """Return the state moved to the mean position of a soft mask and scaled by its spread.

    A mask that sums to less than `min_area` pixels is ignored: the state stays. The scale changes by a factor of 0.95
    to 1.1 at most; the size follows the scale with the aspect of the first box.
    """
    profiles = [prob.sum(1).cpu().double().numpy(), prob.sum(0).cpu().double().numpy()]
    area = profiles[0].sum()
    if area < max(min_area, 1e-6):
        return state
    centre, spread = [], []
    for profile in profiles:
        index = np.arange(len(profile))
        mean = float((profile * index).sum() / area)
        centre.append(mean)
        spread.append(float(np.sqrt((profile * (index - mean) ** 2).sum() / area)))
    measured = SIZE_IN_DEVIATIONS * math.sqrt(math.prod(spread) / math.prod(state.start_size)) * state.start_scale
    scale = min(max(measured, MIN_CHANGE * state.scale), MAX_CHANGE * state.scale)
    growth = scale / state.start_scale
    size = (state.start_size[0] * growth, state.start_size[1] * growth)
    return replace(state, position=(centre[0], centre[1]), size=size, scale=scale)


def place(state: TargetState, image: tuple[int, int], crop: tuple[int, int], tracking: bool) -> Placement:
    """Return the search region of a target in an image of (height, width) pixels.

    `tracking` (every frame but a target's first) moves the centre by half a feature cell down and right and cuts
    centre and size to whole pixels; the first frame's are rounded. A region larger than the image on both axes
    shrinks until one axis fits; then each axis is moved inside, or centred if it cannot fit. A region more than twice
    the crop is subsampled by a whole number.

    >>> box = (30.0, 40.0)
    >>> state = TargetState(position=(100.0, 20.0), size=box, scale=0.5, start_size=box, start_scale=0.5)
    >>> place(state, image=(480, 854), crop=(240, 416), tracking=False).region
    SearchRegion(y0=41, x0=0, y1=161, x1=208)
    """
    if tracking:
        centre = [int(value + HALF_CELL * state.scale) for value in state.position]
    else:
        centre = [round(value) for value in state.position]
    wanted = [state.scale * side for side in crop]
    shrink = max(1.0, min(wanted[0] / image[0], wanted[1] / image[1]))
    size = [int(side / shrink + 1e-6) if tracking else round(side / shrink) for side in wanted]
    step = max(1, int(min(size[0] / crop[0], size[1] / crop[1]) - 0.1))
    axes = [_place_axis(c, s, n, step) for c, s, n in zip(centre, size, image, strict=True)]
    (y0, y1, first_y, count_y), (x0, x1, first_x, count_x) = axes
    return Placement(SearchRegion(y0, x0, y1, x1), (first_y, first_x), (count_y, count_x), step)


def _place_axis(centre: int, size: int, length: int, step: int) -> tuple[int, int, int, int]:
    """Return start and end of the region, first sample and number of samples on one axis of `length` pixels.

    A sample stands for the `step` pixels around it, so the region begins (step - 1) / 2 pixels before the first.
    """
    phase = centre % step
    available = len(range(phase, length, step))
    count = max(round(size / step), 2)
    start = centre // step - (count - 1) // 2
    start += max(0, -start) - max(0, start + count - available)
    overhang = (max(0, -start) + max(0, start + count - available)) // 2
    if overhang:
        start = -overhang
    first = phase + step * start
    begin = first - (step - 1) // 2
    return begin, begin + step * count, first, count


def cut_image(
    frame: Shaped[Tensor, "c height width"], placement: Placement, crop: tuple[int, int]
) -> Float[Tensor, "1 c crop_height crop_width"]:
    """Cut the region out of an image and resize it bilinearly; beyond the border the image's edge is repeated."""
    rows, columns = _indices(placement, frame.device)
    patch = _gather(frame, rows, columns)
    return F.interpolate(patch[None].float(), crop, mode="bilinear", align_corners=False)


def cut_mask(
    mask: Float[Tensor, "height width"], placement: Placement, crop: tuple[int, int]
) -> Float[Tensor, "1 1 crop_height crop_width"]:
    """Cut the region out of a (soft) mask and resize it to the nearest sample; beyond the border it is 0."""
    height, width = mask.shape
    rows, columns = _indices(placement, mask.device)
    inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))[None]
    return F.interpolate((_gather(mask, rows, columns) * inside)[None, None], crop, mode="nearest")


def _indices(placement: Placement, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return the rows and columns of the samples; they may lie outside the image."""
    (first_y, first_x), (count_y, count_x) = placement.first, placement.count
    rows = first_y + placement.step * torch.arange(count_y, device=device)
    return rows, first_x + placement.step * torch.arange(count_x, device=device)


def _gather(image: Shaped[Tensor, "*c height width"], rows: Tensor, columns: Tensor) -> Shaped[Tensor, "*c h w"]:
    """Take rows and columns; those outside are the nearest ones inside."""
    kept = image.index_select(-2, rows.clamp(0, image.shape[-2] - 1))
    return kept.index_select(-1, columns.clamp(0, image.shape[-1] - 1))


def paste(
    logits: Float[Tensor, "1 1 crop_height crop_width"], region: SearchRegion, image: tuple[int, int]
) -> Float[Tensor, "height width"]:
    """Return an image of -100 with the logits in their region, resized bilinearly."""
    size = (region.y1 - region.y0, region.x1 - region.x0)
    patch = F.interpolate(logits, size, mode="bilinear", align_corners=False)[0, 0]
    return _lay(patch, region.y0, region.x0, image)


def paste_as_released(
    logits: Float[Tensor, "1 1 crop_height crop_width"], placement: Placement, image: tuple[int, int]
) -> Float[Tensor, "height width"]:
    """Paste as the released tracker does, mostly one pixel too far up and left.

    It ignores at which pixel a subsampled region's first sample lies, resizes both axes by one factor, truncates the
    sides to whole pixels, and truncates the corner after subtracting half a pixel from the region's centre.
    """
    step, sides = placement.step, [placement.step * count for count in placement.count]
    scale = math.sqrt(math.prod(sides) / math.prod(logits.shape[-2:]))
    patch = F.interpolate(logits, scale_factor=scale, mode="bilinear", align_corners=False)[0, 0]
    y0, x0 = (
        int(first - first % step + (side - 1 - size) / 2)
        for first, side, size in zip(placement.first, sides, patch.shape, strict=True)
    )
    return _lay(patch, y0, x0, image)


def _lay(patch: Float[Tensor, "h w"], y0: int, x0: int, image: tuple[int, int]) -> Float[Tensor, "height width"]:
    """Return an image of -100 with a patch pasted at (y0, x0); what lies outside is cut off."""
    canvas = torch.full(image, OUTSIDE_LOGIT, dtype=patch.dtype, device=patch.device)
    top, left = max(y0, 0), max(x0, 0)
    inside = patch[top - y0 : image[0] - y0, left - x0 : image[1] - x0]
    canvas[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    return canvas


def cell_of(pixel: tuple[int, int], region: SearchRegion, grid: tuple[int, int]) -> tuple[int, int] | None:
    """Return the feature cell (row, column) of a `grid` over the region that holds an image pixel; None outside.

    >>> region = SearchRegion(y0=-8, x0=16, y1=56, x1=144)
    >>> cell_of((0, 143), region, grid=(4, 8))
    (0, 7)
    >>> cell_of((0, 144), region, grid=(4, 8)) is None
    True
    """
    y, x = pixel
    if not (region.y0 <= y < region.y1 and region.x0 <= x < region.x1):
        return None
    row = (y - region.y0) * grid[0] // (region.y1 - region.y0)
    return row, (x - region.x0) * grid[1] // (region.x1 - region.x0)
