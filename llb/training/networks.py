"""The network that a run trains: built from its settings, frozen where it is not trained, grouped by learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from llb.model.build import build_model
from llb.model.network import LLB
from llb.training.config import Rate, TrainConfig
from llb.training.recipes import FAMILY
from llb.training.shared_trunk import SharedTrunk


def build_networks(config: TrainConfig) -> tuple[nn.Module, list[LLB]]:
    """Return the network to train, frozen where it is not, and the models that are trained in turn (mostly one: it)."""
    scale, _, variant = config.model.partition("/")
    network = SharedTrunk(scale, config.seed) if variant == FAMILY else build_model(config.model, config.seed)
    for name, parameter in network.named_parameters():
        if name.startswith(config.frozen):
            parameter.requires_grad_(False)
        if name.startswith(config.thawed):
            parameter.requires_grad_(True)
    return network, network.combinations() if isinstance(network, SharedTrunk) else [network]


def parameter_groups(network: nn.Module, rates: Sequence[Rate]) -> list[dict[str, Any]]:
    """Return an optimiser's groups: the trained parameters, each with the first rate whose part it belongs to."""
    groups: dict[int, dict[str, Any]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            at = next(at for at, rate in enumerate(rates) if name.startswith(rate.part))
            group = groups.setdefault(at, {"params": [], "lr": rates[at].lr, "initial_lr": rates[at].lr})
            group["params"].append(parameter)
    return [groups[at] for at in sorted(groups)]
