"""Measure the engine, and beside it the plain version, on the same drawn frames with the same weights, in one run."""

from __future__ import annotations

import copy
import resource
import time
from collections.abc import Callable

import torch
from einops import rearrange

from benchmarks.plain import PlainModel
from benchmarks.rates import convolution_rate, matrix_rate
from benchmarks.report import Agreement, Found, Measured, Report
from benchmarks.scene import Scene
from benchmarks.stages import Stages
from llb import InferenceConfig, VideoSegmenter, load_model
from llb.config import PrecisionChoice
from llb.model.build import build_model, for_inference
from llb.model.network import LLB
from llb.precision import choose_precision

MEASURED = 10  # frames, of which two update the memory at T = 5
WARM = 2


def run_benchmark(
    scale: str,
    *,
    memory: int,
    objects: int,
    with_plain: bool = True,
    precision: PrecisionChoice = "fp32",
    device: str = "cpu",
) -> Report:
    """Measure ``scale/llb`` with a full memory; the plain version follows one object and is left out for more.

    Paper scale has seeded stand-ins for weights, lite scale the shipped ones. The plain version computes in fp32.
    """
    bare = load_model("lite/llb", as_trained=True) if scale == "lite" else build_model(f"{scale}/llb", seed=0)
    bare = bare.to(device)
    model = for_inference(copy.deepcopy(bare), choose_precision(bare.config, device, precision))
    config, scene = InferenceConfig(memory_size=memory), Scene(objects)
    filling = config.interval * memory
    rates = matrix_rate(), convolution_rate()
    engine = VideoSegmenter(model, config)
    measured, found = _measure(engine, model, scene, filling=filling)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    plain = agreement = None
    if with_plain and objects == 1:
        slow = PlainModel(bare)
        segmenter = VideoSegmenter(slow, config)
        plain, plain_found = _measure(
            segmenter, bare, scene, filling=filling, filled=lambda: setattr(slow, "filling", False)
        )
        agreement = Agreement.between(found, plain_found)
    return Report(
        model=f"{scale}/llb",
        device=device_name(device),
        precision=model.precision,
        objects=objects,
        memory=memory,
        threads=torch.get_num_threads(),
        matrix_rate=rates[0],
        convolution_rate=rates[1],
        engine=measured,
        plain=plain,
        agreement=agreement,
        peak_memory=peak,
        drift=_drift(engine, model),
    )


def device_name(device: str) -> str:
    """Return what a device is called: cpu, or the GPU's product name."""
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device


@torch.inference_mode()
def _drift(segmenter: VideoSegmenter, model: LLB) -> float:
    encoding = segmenter.target(1).memory_encoding
    assert encoding.sums is not None
    h, w = encoding.encoded.shape[-2:]
    match = rearrange(encoding.sums.cells, "b (t h w) c -> b t c h w", h=h, w=w)
    return float((model.encode_memory(match) - encoding.encoded).abs().max())


def _measure(
    segmenter: VideoSegmenter, model: LLB, scene: Scene, *, filling: int, filled: Callable[[], object] = lambda: None
) -> tuple[Measured, list[Found]]:
    """Fill the memory with known masks, then time frames: once plainly, then once more by stage and operations."""
    segmenter.start(scene.frame(0), scene.masks(0))
    for index in range(1, filling):
        segmenter.observe(scene.frame(index), scene.masks(index))
    filled()
    index = filling
    frames: list[float] = []
    found: list[Found] = []
    stages = Stages()
    for _ in range(WARM):
        segmenter.step(scene.frame(index))
        index += 1
    for _ in range(MEASURED):
        frame = scene.frame(index)
        begun = time.perf_counter()
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
