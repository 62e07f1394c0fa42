"""The shipped models for the page: each loaded once, at its first run, and shared by all visitors."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from demo import text
from demo.models.provider import ModelChoice, ModelFacts, Segmenter
from demo.models.settings import KNOCK_OUTS, LONG, Settings, split_entry, variant_of
from demo.models.zerogpu import device
from llb.checkpoint import choose_precision, load_model, shipped_models
from llb.config import VARIANTS, ModelConfig, PrecisionChoice
from llb.evaluation.results_table import RESULTS, read_result
from llb.inference.segmenter import VideoSegmenter
from llb.model.interventions import knock_out
from llb.model.network import LLB

PRECISION: PrecisionChoice = "auto"
SCALE = "lite"  # the models that a CPU runs at a pace worth watching
FIRST = ("llb", "joint")


class ShippedModels:
    """Models by name, from the manifest in ``weights/``."""

    def __init__(self) -> None:
        self._loaded: dict[str, LLB] = {}
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[ShippedModels], tuple[()]]:
        return ShippedModels, ()  # another process loads its own

    def choices(self) -> list[ModelChoice]:
        """List the lite models, LLB and JOINT first; those without weights carry the reason."""
        cards = shipped_models()
        names = [f"{SCALE}/{variant}" for variant in dict.fromkeys((*FIRST, *VARIANTS))]
        long = f"{SCALE}/llb{LONG}"
        found = []
        for name in [long, *names] if long in cards else names:
            card, variant = cards[name], variant_of(name)
            result = RESULTS / f"{name.replace('/', '_')}.json"
            facts = text.facts(card.parameters, read_result(result) if card.available and result.exists() else None)
            title = text.LONG_TITLE if name == long else variant.upper()
            difference = text.LONG_DIFFERENCE if name == long else text.difference(variant)
            found.append(ModelChoice(name, title, difference, card.reason, facts))
        return found

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        """Start segmenters on the shared models; each alone keeps its clip's memory."""
        found: dict[str, VideoSegmenter] = {}
        for name in names:
            model_name, part = split_entry(name)
            model, config = self._model(model_name), settings.config()
            if part:
                change = KNOCK_OUTS[part]
                model = knock_out(model, change.part) if change.part else model
                config = change.apply(config)
            lead = next(iter(found.values()), None) if settings.shared_regions else None
            found[name] = VideoSegmenter(model, config, lead)
        return dict(found)

    def fingerprint(self, name: str) -> str:
        """Return the sha256 of the weights."""
        return shipped_models()[name].sha256

    def facts(self, name: str) -> ModelFacts:
        """Return the sha256 of the weights, and the numbers in which the model runs on this machine."""
        card = shipped_models()[name]
        return ModelFacts(card.sha256, choose_precision(ModelConfig.from_name(card.model), device(), PRECISION))

    def _model(self, name: str) -> LLB:
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = load_model(name, device(), precision=PRECISION)
            return self._loaded[name]
