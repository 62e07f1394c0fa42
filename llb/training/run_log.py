"""What a run writes down as it goes: figures in log.csv, pictures of predictions, and both for TensorBoard."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from llb.data.clip import ClipBatch
from llb.types import Rgb

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

SCALARS = ("loss", "iou", "lovasz", "bce", "cosine", "rate", "seconds", "live_value", "live_label", "jf")
LOG, PICTURES, EVENTS = "log.csv", "pictures", "tensorboard"
NO_TENSORBOARD = "TensorBoard is not installed (pip install tensorboard): the figures go to log.csv alone."


@dataclass(frozen=True)
class StepReport:
    """Progress after a step.

    `loss` and `iou` are running means, the losses after them the step's own; `rate` is the factor of the learning
    rates, `seconds` what the step took. `turn` is the number of the model whose turn it was, and `live_value` and
    `live_label` the channels of its E1 and E2 that were not zero throughout the batch. `jf` is the J&F on the
    validation clips where the step measured it.
    """

    step: int
    steps: int
    stage: int
    loss: float
    iou: float
    seconds: float
    lovasz: float = float("nan")
    bce: float = float("nan")
    cosine: float = float("nan")
    rate: float = float("nan")
    turn: int = 0
    live_value: int = 0
    live_label: int = 0
    jf: float | None = None


class RunLog:
    """The log of a run in a folder. One that is opened again goes on after `step` and drops what was beyond."""

    _folder: Path
    _writer: SummaryWriter | None

    def __init__(self, folder: Path, step: int) -> None:
        self._folder = folder
        path = folder / LOG
        lines = path.read_text().splitlines() if path.exists() else []
        kept = [line for line in lines[1:] if int(line.split(",")[0]) <= step]
        names = ",".join(field.name for field in fields(StepReport))
        path.write_text("".join(f"{line}\n" for line in (names, *kept)))
        self._writer = _tensorboard(folder / EVENTS, step)

    def write(self, report: StepReport) -> None:
        """Add a line."""
        with (self._folder / LOG).open("a", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(asdict(report).values())
        if self._writer:
            for name in SCALARS:
                value = getattr(report, name)
                if value is not None:
                    self._writer.add_scalar(f"train/{name}", value, report.step)

    def draw(self, step: int, batch: ClipBatch, logits: Float[Tensor, "b t1 height width"]) -> None:
        """Add a picture of the batch's first clip: its frames with the true masks above those that were predicted."""
        picture = draw_clip(batch, logits)
        folder = self._folder / PICTURES
        folder.mkdir(exist_ok=True)
        Image.fromarray(picture).save(folder / f"{step:08d}.png")
        if self._writer:
            self._writer.add_image("predictions", picture, step, dataformats="HWC")

    def close(self) -> None:
        """Write out what is left."""
        if self._writer:
            self._writer.close()


def has_tensorboard() -> bool:
    """Tell whether TensorBoard can be written for."""
    return find_spec("tensorboard") is not None


def _tensorboard(folder: Path, step: int) -> SummaryWriter | None:
    if not has_tensorboard():
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder), purge_step=step + 1)


def draw_clip(batch: ClipBatch, logits: Float[Tensor, "b t1 h w"]) -> Rgb:
    """Return the first clip's frames side by side, the true masks in the upper row, the predicted ones in the lower."""
    rgb = batch.rgb[0].permute(0, 2, 3, 1).cpu().numpy()
    truth = batch.mask[0, :, 0].cpu().numpy() > 0
    predicted = torch.cat([batch.mask[0, :1, 0] > 0, logits[0] > 0]).cpu().numpy()
    rows = [np.concatenate([_tint(*pair) for pair in zip(rgb, masks, strict=True)], 1) for masks in (truth, predicted)]
    return np.concatenate(rows)


def _tint(rgb: UInt8[np.ndarray, "h w 3"], mask: np.ndarray) -> UInt8[np.ndarray, "h w 3"]:
    tinted = rgb.copy()
    tinted[mask] = (rgb[mask] // 2) + np.array([127, 20, 20], np.uint8)
    return tinted
