"""The first training stage's network: one trunk that all six variants share, and every other part that one has.

The combinations of these parts are trained in turn, so that the trunk learns from every step, a label generator from
every fourth and a fusion from every second one.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from llb.config import VARIANTS, ModelConfig
from llb.model.build import build_model
from llb.model.decoder import Decoder
from llb.model.induction import Induction
from llb.model.label_generator import LabelGenerator
from llb.model.network import LLB
from llb.model.transduction import Transduction

TRUNK = ("backbone", "transduction", "induction", "decoder")


class SharedTrunk(nn.Module):
    """The trunk, the four label generators (mask or BFF, CNN or ViTAE) and the two fusions."""

    def __init__(self, scale: str, seed: int) -> None:
        super().__init__()
        models = {name: build_model(f"{scale}/{name}", seed) for name in VARIANTS}
        first = models["joint"]
        self.trunk = nn.ModuleDict({name: first.get_submodule(name) for name in TRUNK})
        self.generators = nn.ModuleDict({generator_key(name): model.label_generator for name, model in models.items()})
        self.fusions = nn.ModuleDict({VARIANTS[name].fusion: model.fusion for name, model in models.items()})
        self._scale = scale

    def combinations(self) -> list[LLB]:
        """Return a model of every generator with every fusion, in the order of training; they share their parts."""
        generators, fusions = list(self.generators), list(self.fusions)
        order = [(number, (number + shift) % 2) for shift in range(2) for number in range(len(generators))]
        return [self._assemble("llb", generators[number], fusions[other]) for number, other in order]

    def variant_state(self, variant: str) -> dict[str, Tensor]:
        """Return the weights of a variant's model, under that model's names."""
        return self._assemble(variant, generator_key(variant), VARIANTS[variant].fusion).state_dict()

    def _assemble(self, variant: str, generator: str, fusion: str) -> LLB:
        model = LLB(
            ModelConfig(self._scale, variant),
            backbone=self.trunk["backbone"],
            label_generator=cast(LabelGenerator, self.generators[generator]),
            transduction=cast(Transduction, self.trunk["transduction"]),
            induction=cast(Induction, self.trunk["induction"]),
            fusion=self.fusions[fusion],
            decoder=cast(Decoder, self.trunk["decoder"]),
        )
        return model.eval()


def generator_key(variant: str) -> str:
    """Return the name of a variant's label generator, such as ``bff_vitae``."""
    return f"{VARIANTS[variant].label_input}_{VARIANTS[variant].label_encoder}"
