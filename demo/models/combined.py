"""All models of the page: the shipped ones, the optical flow baseline, and those that its operator names."""

from __future__ import annotations

from collections.abc import Sequence

from demo.models.custom import CustomModels
from demo.models.provider import ModelChoice, ModelFacts, ModelProvider, Segmenter
from demo.models.settings import Settings, split_entry
from demo.models.shipped import ShippedModels
from llb.model.network import LLB

BASELINES = ("demo.models.flow_baseline:model",)


def all_models(specs: Sequence[str] = ()) -> CombinedModels:
    """Return the page's models; `specs` name further ones, ``package.module:function`` each.

    Raises:
        ValueError: a spec names no model, or two models have the same name.
    """
    return CombinedModels([ShippedModels(), CustomModels([*BASELINES, *specs])])


def models_of_examples() -> CombinedModels:
    """Return the models that an example's results are computed with: in fp32 on the CPU, as on any machine."""
    return CombinedModels([ShippedModels("fp32", "cpu"), CustomModels(BASELINES)])


class CombinedModels:
    """Models of several sources as one (`demo.models.provider.ModelProvider`), listed in the order of the sources.

    Raises:
        ValueError: two models have the same name, or names that a run could not keep apart on disk.
    """

    _sources: Sequence[ModelProvider]
    _source_of: dict[str, ModelProvider]

    def __init__(self, sources: Sequence[ModelProvider]) -> None:
        self._sources, self._source_of = sources, {}
        folders = set()
        for source in sources:
            for choice in source.choices():
                folder = choice.name.replace("/", "-").lower()
                if folder in folders:
                    raise ValueError(f"Two models have the name {choice.name!r}: rename one of them.")
                folders.add(folder)
                self._source_of[choice.name] = source

    def choices(self) -> list[ModelChoice]:
        """List the models of all sources."""
        return [choice for source in self._sources for choice in source.choices()]

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        """Start fresh segmenters, those of the first source first: one of them leads where regions are shared."""
        found: dict[str, Segmenter] = {}
        for source in self._sources:
            own = [name for name in names if self._source_of[split_entry(name)[0]] is source]
            found |= source.segmenters(own, settings)
        return found

    def facts(self, name: str) -> ModelFacts:
        """Return what a run notes of a model."""
        return self._source_of[name].facts(name)

    def network(self, name: str) -> LLB | None:
        """Return the network behind an entry; None for a model of another kind."""
        return self._source_of[split_entry(name)[0]].network(name)
