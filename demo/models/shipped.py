"""The shipped models for the page: each loaded once, at its first run, and shared by all visitors."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from demo import model_text
from demo.models.provider import ModelChoice, ModelFacts, Segmenter
from demo.models.settings import KNOCK_OUTS, LONG_SUFFIX, Settings, split_entry, with_leads
from demo.models.zerogpu import device
from llb.checkpoint import load_model
from llb.config import VARIANTS, ModelConfig, PrecisionChoice
from llb.evaluation.results_table import RESULTS, read_result
from llb.inference.segmenter import VideoSegmenter
from llb.model.interventions import knock_out
from llb.model.network import LLB
from llb.precision import choose_precision
from llb.weight_files import ModelCard, available_models

PRECISION: PrecisionChoice = "auto"
SCALE = "lite"  # the models that a CPU runs at a pace worth watching
LARGE = "paper"  # offered where their weights are found
FIRST = ("llb", "joint")


class ShippedModels:
    """Models by name, from the manifest in ``weights/``.

    Args:
        precision: of all of them; "auto" is what this machine does best.
        device: where they run; None is the GPU if one is at hand.
    """

    def __init__(self, precision: PrecisionChoice = PRECISION, device: str | None = None) -> None:
        self._precision, self._device = precision, device
        self._loaded: dict[str, LLB] = {}
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[ShippedModels], tuple[PrecisionChoice, str | None]]:
        return ShippedModels, (self._precision, self._device)  # another process loads its own

    def choices(self) -> list[ModelChoice]:
        """List the lite models, LLB and JOINT first, then whatever else has weights; those without carry the reason."""
        cards, found = available_models(), []
        for variant in dict.fromkeys((*FIRST, *VARIANTS)):
            found.append(_choice(cards[f"{SCALE}/{variant}"], variant.upper(), model_text.difference(variant)))
        if (long := f"{SCALE}/llb{LONG_SUFFIX}") in cards:
            found.append(_choice(cards[long], model_text.LONG_TITLE, model_text.LONG_DIFFERENCE))
        for variant in VARIANTS:
            card = cards[f"{LARGE}/{variant}"]
            if card.available:
                found.append(_choice(card, model_text.large_title(variant), model_text.difference(variant)))
        return found

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        """Start segmenters on the shared models; each alone keeps its clip's memory."""
        found: dict[str, VideoSegmenter] = {}
        for name, leader in with_leads(names):
            knocked_out, config = split_entry(name)[1], settings.config()
            if knocked_out:
                config = KNOCK_OUTS[knocked_out].apply(config)
            lead = found.get(leader) if settings.shared_regions else None
            found[name] = VideoSegmenter(self.network(name), config, lead)
        return dict(found)

    def facts(self, name: str) -> ModelFacts:
        """Return the sha256 of the weights, and the numbers in which the model runs."""
        card = available_models()[name]
        precision = choose_precision(ModelConfig.from_name(card.model), self._where(), self._precision)
        return ModelFacts(card.sha256, precision)

    def network(self, name: str) -> LLB:
        """Return the shared network of an entry; a knock-out's shares its weights."""
        model_name, knocked_out = split_entry(name)
        model = self._model(model_name)
        part = KNOCK_OUTS[knocked_out].part if knocked_out else None
        return knock_out(model, part) if part else model

    def _model(self, name: str) -> LLB:
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = load_model(name, self._where(), precision=self._precision)
            return self._loaded[name]

    def _where(self) -> str:
        return self._device or device()


def _choice(card: ModelCard, title: str, difference: str) -> ModelChoice:
    result = RESULTS / f"{card.name.replace('/', '_')}.json"
    measured = read_result(result) if card.available and result.exists() else None
    facts = model_text.facts(card.parameters, measured)
    if card.available and measured is None and card.name.startswith(f"{LARGE}/"):
        facts = model_text.large_facts(facts)
    return ModelChoice(card.name, title, difference, card.reason, facts)
