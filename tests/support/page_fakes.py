"""Stand-ins that let the page's tests run without a network and in a moment."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import cv2
import numpy as np

from demo.clips.examples import ExampleShelf
from demo.models.provider import ModelChoice, ModelFacts, ModelProvider, Segmenter
from demo.models.settings import Settings
from demo.models.shipped import PRECISION
from demo.page.layout import launch_options
from demo.runs.answers import Answers
from demo.runs.file_address import PREFIX
from demo.runs.ready_runs import ReadyRuns
from demo.runs.run_cache import RunCache
from demo.runs.session import SessionStore
from demo.serve import assemble
from llb.checkpoint import load_model
from llb.inference.segmenter import VideoSegmenter
from llb.model.build import build_model
from llb.model.network import LLB
from llb.types import FrameResult, SearchRegion, TargetTrace, TraceRequest
from llb.weight_files import shipped_models

SIZE = (120, 160)
FRAMES = 8
CHANNELS, ROWS, COLUMNS = 32, 6, 10


@dataclass
class FakeSegmenter:
    """Keep the first masks and make up a trace that changes with the frame."""

    name: str
    seconds: float = 0.0
    masks: dict[int, np.ndarray] = field(default_factory=dict)
    index: int = 0
    cells: tuple[int, int] = (ROWS, COLUMNS)

    def start(self, frame: np.ndarray, masks: dict[int, np.ndarray], trace: TraceRequest | None = None) -> FrameResult:
        self.masks, self.index = masks, 0
        return self._result(frame, trace)

    def add_target(self, target_id: int, mask: np.ndarray) -> None:
        self.masks = {**self.masks, target_id: mask}

    def correct(self, target_id: int, mask: np.ndarray) -> None:
        self.masks = {**self.masks, target_id: mask}

    def observe(
        self, frame: np.ndarray, masks: dict[int, np.ndarray], trace: TraceRequest | None = None
    ) -> FrameResult:
        self.index += 1
        return self._result(frame, trace)

    def step(self, frame: np.ndarray, trace: TraceRequest | None = None) -> FrameResult:
        self.index += 1
        time.sleep(self.seconds)
        return self._result(frame, trace)

    def read_ahead(self, frame: np.ndarray) -> None:
        """Nothing is to be read ahead."""

    def _result(self, frame: np.ndarray, request: TraceRequest | None) -> FrameResult:
        labels = np.zeros(frame.shape[:2], np.uint8)
        for target, mask in self.masks.items():
            labels[mask] = target
        prob = np.stack([labels == target for target in (0, *self.masks)]).astype(np.float32)
        all_keys = request is not None and request.all_keys
        size = frame.shape[:2]
        traces = tuple(
            fake_trace(self.name, target, self.index, size, keys=all_keys, cells=self.cells) for target in self.masks
        )
        return FrameResult(self.index, tuple(self.masks), labels, prob, 0.012, traces)


class BareSegmenter(FakeSegmenter):
    """A model of another kind: it has masks and nothing to look into."""

    def _result(self, frame: np.ndarray, request: TraceRequest | None) -> FrameResult:
        return replace(super()._result(frame, request), traces=())


def fake_trace(
    name: str,
    target: int,
    index: int,
    size: tuple[int, int],
    gates: bool | None = None,
    keys: bool = False,
    cells: tuple[int, int] = (ROWS, COLUMNS),
) -> TargetTrace:
    """Make a trace from a seed of its arguments."""
    random = np.random.default_rng([len(name), target, index])
    shape = (CHANNELS, *cells)
    region = SearchRegion(-4, 10, size[0] - 20, size[1] - 10)
    gated = (name.endswith("llb") if gates is None else gates) and index > 0
    some: dict[str, Any] = {}
    if index > 0:
        some = {"transduced": random.random(shape), "induced": random.random(shape), "fused": random.random(shape)}
    if gated:
        some |= {"gate_transduced": random.random(shape), "gate_induced": random.random(shape)}
    if index > 0:
        some["query"] = unit(random.normal(size=shape))
    if keys or index % 4 == 0:
        some["memory_keys"] = unit(random.normal(size=(2, *shape)))
    some = {key: value.astype(np.float32) for key, value in some.items()}
    value, label, weight = (random.normal(size=shape).astype(np.float32) for _ in range(3))
    crop = np.zeros((96, 160, 3), np.uint8)
    mask = np.zeros((96, 160), np.float32)
    memory = (0, index // 4 * 4)
    losses = (3.0, 1.0, 0.5) if index % 4 == 0 else ()
    return TargetTrace(
        target,
        region,
        crop,
        mask,
        crop,
        value,
        label,
        weight,
        in_memory=index % 2 == 0,
        memory_frames=memory,
        temporal_weights=(0.75, 0.25),
        few_shot_losses=losses,
        **some,
    )


def unit(keys: np.ndarray) -> np.ndarray:
    """Scale keys to unit length."""
    return np.asarray(keys / np.linalg.norm(keys, axis=-3, keepdims=True))


@dataclass
class FakeModels:
    """Three models that can run, and one that lacks its weights."""

    seconds: float = 0.0

    def choices(self) -> list[ModelChoice]:
        return [
            ModelChoice("lite/llb", "LLB", "frame and mask, gates"),
            ModelChoice("lite/joint", "JOINT", "mask, plain sum"),
            ModelChoice("lite/llb-2", "LLB-2", "mask, gates"),
            ModelChoice("lite/llb-3", "LLB-3", "frame and mask", reason="Not trained yet."),
        ]

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        return {name: FakeSegmenter(name, self.seconds) for name in names}

    def facts(self, name: str) -> ModelFacts:
        return ModelFacts(f"sha of {name}", "fp32")

    def network(self, name: str) -> LLB | None:
        return None


@dataclass(frozen=True)
class FakeRendered:
    frames: np.ndarray
    labels: np.ndarray
    fps: float = 10.0


def render_disc(name: str) -> FakeRendered:
    """Render a disc that moves to the right over noise."""
    ground = np.random.default_rng(len(name)).integers(40, 200, (*SIZE, 3), np.uint8)
    frames, labels = np.repeat(ground[None], FRAMES, 0), np.zeros((FRAMES, *SIZE), np.uint8)
    for index in range(FRAMES):
        cv2.circle(labels[index], (40 + 8 * index, 60), 25, 1, -1)
        frames[index][labels[index] > 0] = (230, 60, 40)
    return FakeRendered(frames, labels)


def fake_shelf(root: Path) -> ExampleShelf:
    """Return a shelf of three small examples."""
    titles = {"disc": "One disc", "disc two": "Second disc", "disc three": "Third disc"}
    return ExampleShelf(root / "examples", titles, render_disc)


def ready_runs(root: Path, models: ModelProvider, shelf: ExampleShelf) -> ReadyRuns:
    """Return the examples' comparisons; what is not in the cache below `root` is computed by nobody."""
    return ReadyRuns(root, Answers(RunCache(root / "runs", 1_000_000_000), models, shelf))


@contextmanager
def served(
    models: ModelProvider,
    folder: Path,
    shelf: ExampleShelf | None = None,
    models_of_examples: ModelProvider | None = None,
) -> Iterator[str]:
    """Serve the page on a free port, with its sessions in ``folder/sessions``; yield its address."""
    page = assemble(models, shelf or fake_shelf(folder), SessionStore(folder / "sessions"), folder, models_of_examples)
    try:
        _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options(folder, folder / "sessions"))
        yield url
    finally:
        page.close(verbose=False)


def folder_at(address: str, folder: Path) -> Path:
    """Return where the file or folder at an address lies, on a page that `served` serves from ``folder``."""
    owner, *rest = unquote(address).removeprefix(f"{PREFIX}/").split("/")
    roots = [root for root in (folder / "sessions", folder) if (root / owner).exists()]
    return roots[0].joinpath(owner, *rest)


@dataclass
class RealModels:
    """The real networks: with the shipped weights where there are any, else with seeded random ones."""

    def choices(self) -> list[ModelChoice]:
        return [ModelChoice("lite/llb", "LLB", "gates"), ModelChoice("lite/joint", "JOINT", "plain sum")]

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        return {name: VideoSegmenter(real_model(name)) for name in names}

    def facts(self, name: str) -> ModelFacts:
        return ModelFacts(f"sha of {name}", "fp32")

    def network(self, name: str) -> LLB | None:
        return real_model(name)


@cache
def real_model(name: str) -> LLB:
    """Return a model as the page loads it."""
    return (
        load_model(name, precision=PRECISION) if shipped_models()[name].available else build_model(name, seed=0).eval()
    )
