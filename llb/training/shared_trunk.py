"""The first stage's network: one trunk that all six variants share, with each of their own parts beside it.

The members take turns, so that the trunk learns from every step and each own part from an equal share of them: a label
generator from every fourth step, a fusion from every second one.
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


class Family(nn.Module):
    """The trunk, the four label generators (mask or BFF, CNN or ViTAE) and the two fusions."""

    def __init__(self, scale: str, seed: int) -> None:
        super().__init__()
        models = {name: build_model(f"{scale}/{name}", seed) for name in VARIANTS}
        first = models["joint"]
        self.trunk = nn.ModuleDict({name: first.get_submodule(name) for name in TRUNK})
        self.generators = nn.ModuleDict({generator_key(name): model.label_generator for name, model in models.items()})
        self.fusions = nn.ModuleDict({VARIANTS[name].fusion: model.fusion for name, model in models.items()})
        self._scale = scale

    def members(self) -> list[LLB]:
        """Return every generator with every fusion, in the order in which they take turns; they share their parts."""
        generators, fusions = list(self.generators), list(self.fusions)
        turns = [(number, (number + shift) % 2) for shift in range(2) for number in range(len(generators))]
        return [self._assemble("llb", generators[number], fusions[other]) for number, other in turns]

    def variant_state(self, variant: str) -> dict[str, Tensor]:
        """Return the part of the weights that a variant's model has, under that model's names."""
        return self._assemble(variant, generator_key(variant), VARIANTS[variant].fusion).state_dict()

    def _assemble(self, variant: str, generator: str, fusion: str) -> LLB:
        model = LLB(
            ModelConfig(self._scale, variant),
            self.trunk["backbone"],
            cast(LabelGenerator, self.generators[generator]),
            cast(Transduction, self.trunk["transduction"]),
            cast(Induction, self.trunk["induction"]),
            self.fusions[fusion],
            cast(Decoder, self.trunk["decoder"]),
        )
        return model.eval()


def generator_key(variant: str) -> str:
    """Return the name of a variant's label generator, such as ``bff_vitae``."""
    return f"{VARIANTS[variant].label_input}_{VARIANTS[variant].label_encoder}"
