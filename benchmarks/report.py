"""What a benchmark finds, and how it is written down."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from jaxtyping import Float

from benchmarks.stages import STAGES
from llb.config import Precision
from llb.evaluation.metrics import region_similarity
from llb.types import Mask

PAPER_SECONDS = 0.12  # per frame, one object, V100 (the paper's section on results)


@dataclass(frozen=True)
class Measured:
    """Seconds of each measured frame of an engine, and what its stages took of all of them together."""

    frames: list[float]
    seconds: dict[str, float]
    operations: dict[str, int]

    @property
    def mean(self) -> float:
        """Mean seconds per frame; a mean, because the updates come in only some of the frames."""
        return statistics.fmean(self.frames)


@dataclass(frozen=True)
class Found:
    """What an engine made of a frame: the crop's logits and the image's mask."""

    logits: Float[torch.Tensor, "1 1 crop_height crop_width"]
    mask: Mask


@dataclass(frozen=True)
class Agreement:
    """How far the engine's frames are from the plain version's.

    `overlap` is the mean IoU of the masks: where a search region has moved by a pixel, the logits of its crop differ
    everywhere while the masks hardly do.
    """

    largest_difference: float  # between logits
    logit_range: float
    overlap: float

    @classmethod
    def between(cls, engine: list[Found], plain: list[Found]) -> Agreement:
        """Compare the frames one by one."""
        pairs = list(zip(engine, plain, strict=True))
        return cls(
            max(float((one.logits - other.logits).abs().max()) for one, other in pairs),
            max(float(one.logits.max() - one.logits.min()) for one in engine),
            statistics.fmean(region_similarity(one.mask, other.mask) for one, other in pairs),
        )


@dataclass(frozen=True)
class Report:
    """Everything that a benchmark found; seconds, operations per second, bytes.

    `drift` is how far the memory's unit keys, which are brought up to date frame by frame, are from those of the whole
    memory encoded afresh.
    """

    model: str
    device: str
    precision: Precision
    objects: int
    memory: int
    threads: int
    matrix_rate: float
    convolution_rate: float
    engine: Measured
    plain: Measured | None
    agreement: Agreement | None
    peak_memory: int
    drift: float

    def save(self, path: Path) -> None:
        """Write the report as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1))


def table(report: Report) -> Iterable[str]:
    """Lay a report out as lines of text."""
    yield (
        f"{report.model} on {report.device} in {report.precision}, {report.objects} object(s), "
        f"memory of {report.memory}, {report.threads} threads; a large matrix product runs at "
        f"{report.matrix_rate / 1e9:.0f} GFLOP/s, "
        f"a convolution at {report.convolution_rate / 1e9:.0f} GFLOP/s"
    )
    yield f"{'per frame':<18}{'engine ms':>10}{'GFLOP':>9}{'GFLOP/s':>9}" + (
        f"{'plain ms':>11}{'GFLOP':>9}" if report.plain else ""
    )
    for stage in STAGES:
        yield _line(stage, report.engine, report.plain, stage)
    engine, plain = report.engine, report.plain
    yield _line("all", engine, plain, None)
    yield f"engine {1 / engine.mean:.2f} frames per second, peak memory {report.peak_memory / 1e9:.2f} GB"
    if report.model.startswith("paper/") and report.objects == 1:
        yield f"the paper reports {PAPER_SECONDS} s per frame on a V100 with one object; this is {engine.mean:.3f} s"
    yield f"the memory's unit keys have drifted by at most {report.drift:.1e} from those of a memory encoded afresh"
    if plain is not None and report.agreement is not None:
        far = report.agreement
        yield (
            f"{plain.mean / engine.mean:.1f} times as fast as the plain version; the logits differ by at most "
            f"{far.largest_difference:.1e} of a range of {far.logit_range:.1f}, the masks overlap by an IoU of "
            f"{far.overlap:.4f}"
        )


def _line(name: str, engine: Measured, plain: Measured | None, stage: str | None) -> str:
    def cells(measured: Measured, rate: bool) -> str:
        count = len(measured.frames)
        seconds = measured.mean if stage is None else measured.seconds[stage] / count
        operations = (sum(measured.operations.values()) if stage is None else measured.operations[stage]) / count
        speed = f"{operations / seconds / 1e9:>9.0f}" if rate and seconds > 0 else ""
        return f"{1e3 * seconds:>{10 if rate else 11}.1f}{operations / 1e9:>9.2f}{speed}"

    return f"{name:<18}{cells(engine, True)}" + (cells(plain, False) if plain else "")
