"""The shipped models for the page: each loaded once, at its first run, and shared by all visitors."""

from __future__ import annotations

from threading import Lock

from demo import text
from demo.models import ModelChoice, Segmenter
from llb.checkpoint import load_model, shipped_models
from llb.config import VARIANTS
from llb.inference.segmenter import VideoSegmenter
from llb.model.network import LLB

SCALE = "lite"  # the models that a CPU runs at a pace worth watching


class ShippedModels:
    """Models by name, from the manifest in ``weights/``."""

    def __init__(self) -> None:
        self._loaded: dict[str, LLB] = {}
        self._lock = Lock()

    def choices(self) -> list[ModelChoice]:
        """List the lite models, LLB and JOINT first; those without weights carry the reason."""
        cards = shipped_models()
        found = []
        for variant in sorted(VARIANTS, key=lambda variant: ("llb", "joint", *VARIANTS).index(variant)):
            name = f"{SCALE}/{variant}"
            found.append(ModelChoice(name, variant.upper(), text.difference(variant), cards[name].reason))
        return found

    def segmenter(self, name: str) -> Segmenter:
        """Start a segmenter on the shared model; it alone keeps the clip's memory."""
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = load_model(name)
        return VideoSegmenter(self._loaded[name])

    def fingerprint(self, name: str) -> str:
        """Return the sha256 of the weights."""
        return shipped_models()[name].sha256
