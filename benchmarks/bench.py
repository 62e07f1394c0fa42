"""Measure the engine, and beside it the plain version, on the same drawn frames with the same weights, in one run."""

from __future__ import annotations

import copy
import json
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from einops import rearrange
from jaxtyping import Bool, Float

from benchmarks.plain import PlainModel
from benchmarks.stages import STAGES, Stages
from llb.checkpoint import choose_precision, load_model
from llb.config import InferenceConfig, Precision, PrecisionChoice
from llb.evaluation.metrics import region_similarity
from llb.inference import VideoSegmenter
from llb.model.build import build_model, for_inference
from llb.model.network import LLB
from llb.types import Rgb

SIZE = (480, 854)
MEASURED = 10  # frames, of which two update the memory at T = 5
WARM = 2


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
    mask: Bool[np.ndarray, "height width"]


@dataclass(frozen=True)
class Report:
    """Everything that a benchmark found; seconds, operations per second, bytes.

    `overlap` is the mean IoU of the engine's and the plain version's masks: where a search region has moved by a pixel,
    the logits of its crop differ everywhere while the masks hardly do. `drift` is how far the memory's unit keys, which
    are brought up to date frame by frame, are from those of the whole memory encoded afresh.
    """

    model: str
    precision: Precision
    objects: int
    memory: int
    threads: int
    matrix_rate: float
    convolution_rate: float
    engine: Measured
    plain: Measured | None
    largest_difference: float | None
    logit_range: float | None
    overlap: float | None
    peak_memory: int
    drift: float

    def save(self, path: Path) -> None:
        """Write the report as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1))


def run_benchmark(
    scale: str, memory: int, objects: int, with_plain: bool = True, precision: PrecisionChoice = "fp32"
) -> Report:
    """Measure ``scale/llb`` with a full memory; the plain version follows one object and is left out for more.

    Paper scale has seeded stand-ins for weights, lite scale the shipped ones. The plain version computes in fp32.
    """
    bare = load_model("lite/llb", as_trained=True) if scale == "lite" else build_model(f"{scale}/llb", seed=0)
    model = for_inference(copy.deepcopy(bare), choose_precision(bare.config, "cpu", precision))
    config = InferenceConfig(memory_size=memory)
    scene = Scene(objects)
    filling = config.interval * memory
    rates = matrix_rate(), convolution_rate()
    engine = VideoSegmenter(model, config)
    measured, found = _measure(engine, model, scene, filling)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    plain = difference = span = overlap = None
    if with_plain and objects == 1:
        slow = PlainModel(bare)
        segmenter = VideoSegmenter(slow, config)
        plain, slow_found = _measure(segmenter, bare, scene, filling, lambda: setattr(slow, "filling", False))
        pairs = list(zip(found, slow_found, strict=True))
        difference = max(float((one.logits - other.logits).abs().max()) for one, other in pairs)
        span = max(float(one.logits.max() - one.logits.min()) for one in found)
        overlap = statistics.fmean(region_similarity(one.mask, other.mask) for one, other in pairs)
    threads = torch.get_num_threads()
    drift = _drift(engine, model)
    return Report(
        f"{scale}/llb",
        model.precision,
        objects,
        memory,
        threads,
        *rates,
        measured,
        plain,
        difference,
        span,
        overlap,
        peak,
        drift,
    )


@torch.inference_mode()
def _drift(segmenter: VideoSegmenter, model: LLB) -> float:
    encoding = segmenter.target(1).memory_encoding
    assert encoding.sums is not None
    h, w = encoding.encoded.shape[-2:]
    match = rearrange(encoding.sums.cells, "b (t h w) c -> b t c h w", h=h, w=w)
    return float((model.encode_memory(match) - encoding.encoded).abs().max())


def _measure(
    segmenter: VideoSegmenter, model: LLB, scene: Scene, filling: int, filled: Callable[[], object] = lambda: None
) -> tuple[Measured, list[Found]]:
    """Fill the memory with known masks, then time frames: once plainly, then once more by stage and operations."""
    segmenter.start(scene.frame(0), scene.masks(0))
    for index in range(1, filling):
        segmenter.observe(scene.frame(index), scene.masks(index))
    filled()
    frames: list[float] = []
    found: list[Found] = []
    stages = Stages()
    index = filling
    for number in range(-WARM, MEASURED):
        frame = scene.frame(index)
        begun = time.perf_counter()
        if number < 0:
            segmenter.step(frame)
        else:
            with stages.watch(model):
                result = segmenter.step(frame)
            frames.append(time.perf_counter() - begun)
            segmentation = segmenter.target(1).segmentation
            assert segmentation is not None
            found.append(Found(segmentation.logits.clone(), result.labels > 0))
        index += 1
    counted = Stages(counting=True)
    for _ in range(MEASURED):
        with counted.watch(model):
            segmenter.step(scene.frame(index))
        index += 1
    return Measured(frames, stages.seconds, counted.operations), found


class Scene:
    """A drawn clip: textured ellipses that move over a textured ground; every frame is made when it is asked for."""

    def __init__(self, objects: int) -> None:
        random = np.random.default_rng(0)
        ground = random.integers(0, 255, (SIZE[0] // 8, SIZE[1] // 8, 3)).astype(np.uint8)
        self._ground = cv2.resize(ground, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
        self._colours = random.integers(60, 255, (objects, 3))

    def masks(self, index: int) -> dict[int, Bool[np.ndarray, "height width"]]:
        """Return the objects' masks on a frame."""
        return {number + 1: self._mask(number, index) for number in range(len(self._colours))}

    def frame(self, index: int) -> Rgb:
        """Return a frame."""
        picture = self._ground.copy()
        for number, mask in self.masks(index).items():
            picture[mask] = (picture[mask] // 3 + self._colours[number - 1] * 2 // 3).astype(np.uint8)
        return picture

    def _mask(self, number: int, index: int) -> Bool[np.ndarray, "height width"]:
        canvas = np.zeros(SIZE, np.uint8)
        x = int(150 + 240 * number + 60 * np.sin(index / 15 + number))
        y = int(240 + 80 * np.cos(index / 20 + number))
        cv2.ellipse(canvas, (x, y), (70, 50), 3 * index, 0, 360, 1, -1)
        return canvas > 0


def matrix_rate(side: int = 2048) -> float:
    """Return the operations per second of a large matrix product."""
    one, other = torch.rand(side, side), torch.rand(side, side)
    return 2 * side**3 / _best(lambda: one @ other)


def convolution_rate() -> float:
    """Return the operations per second of a large 3x3 convolution."""
    image, weight = torch.rand(1, 128, 120, 208), torch.rand(128, 128, 3, 3)
    image, weight = (tensor.contiguous(memory_format=torch.channels_last) for tensor in (image, weight))
    return 2 * 128 * 128 * 9 * 120 * 208 / _best(lambda: torch.conv2d(image, weight, padding=1))


def _best(work: Callable[[], object]) -> float:
    with torch.inference_mode():
        times = []
        for _ in range(6):
            begun = time.perf_counter()
            work()
            times.append(time.perf_counter() - begun)
    return min(times)


def table(report: Report) -> Iterable[str]:
    """Lay a report out as lines of text."""
    yield (
        f"{report.model} in {report.precision}, {report.objects} object(s), memory of {report.memory}, "
        f"{report.threads} threads; a large matrix product runs at {report.matrix_rate / 1e9:.0f} GFLOP/s, "
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
    yield f"the memory's unit keys have drifted by at most {report.drift:.1e} from those of a memory encoded afresh"
    if plain is not None and report.largest_difference is not None:
        yield (
            f"{plain.mean / engine.mean:.1f} times as fast as the plain version; the logits differ by at most "
            f"{report.largest_difference:.1e} of a range of {report.logit_range:.1f}, the masks overlap by an IoU of "
            f"{report.overlap:.4f}"
        )


def _line(name: str, engine: Measured, plain: Measured | None, stage: str | None) -> str:
    def cells(measured: Measured, rate: bool) -> str:
        seconds = measured.mean if stage is None else measured.seconds[stage] / len(measured.frames)
        operations = (sum(measured.operations.values()) if stage is None else measured.operations[stage]) / MEASURED
        speed = f"{operations / seconds / 1e9:>9.0f}" if rate and seconds > 0 else ""
        return f"{1e3 * seconds:>{10 if rate else 11}.1f}{operations / 1e9:>9.2f}{speed}"

    return f"{name:<18}{cells(engine, True)}" + (cells(plain, False) if plain else "")
