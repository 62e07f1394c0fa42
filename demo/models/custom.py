"""Models that are not this project's: each named as ``package.module:function`` (``docs/your_model.md``)."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from demo.models.provider import ModelChoice, ModelFacts, Segmenter
from demo.models.settings import Settings

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class CustomModel:
    """A model of your own, as the function that a spec names returns it.

    Attributes:
        name: names it in links, folders and exports: letters, digits, ``.``, ``_`` and ``-``.
        title: heads its card and its results.
        difference: tells it from the others, in one line.
        segmenter: makes a fresh segmenter for one pass over a clip; several may work at once, on threads of their own.
        facts: a line of what is known of it, such as parameters or J&F; may be empty.

    Raises:
        ValueError: the name has other letters, or the title or the difference is empty.
    """

    name: str
    title: str
    difference: str
    segmenter: Callable[[], Segmenter]
    facts: str = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot name a model: use letters, digits, '.', '_' and '-' alone.")
        if not self.title.strip() or not self.difference.strip():
            raise ValueError(f"The model {self.name!r} has no title or no difference: its card shows both.")


class CustomModels:
    """The models that specs name, as a source for the page (`demo.models.provider.ModelProvider`).

    Raises:
        ValueError: a spec names no function that returns a `CustomModel`.
    """

    _specs: tuple[str, ...]
    _models: tuple[CustomModel, ...]

    def __init__(self, specs: Sequence[str]) -> None:
        self._specs = tuple(specs)
        self._models = tuple(map(load_custom_model, self._specs))

    def __reduce__(self) -> tuple[type[CustomModels], tuple[tuple[str, ...]]]:
        return CustomModels, (self._specs,)  # another process imports its own

    def choices(self) -> list[ModelChoice]:
        """List the models in the order of the specs."""
        return [ModelChoice(each.name, each.title, each.difference, facts=each.facts) for each in self._models]

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        """Start fresh segmenters; the settings are LLB's own and do not concern them."""
        models = {model.name: model for model in self._models}
        return {name: models[name].segmenter() for name in names}

    def facts(self, name: str) -> ModelFacts:
        """Return what is known of the weights: nothing."""
        return ModelFacts()

    def network(self, name: str) -> None:
        """Return None: these models are of another kind."""


def load_custom_model(spec: str) -> CustomModel:
    """Import and call the function that ``package.module:function`` names; the working folder is searched as well.

    Raises:
        ValueError: the spec is malformed, there is no such module or function, or it returns something else.
    """
    module_name, _, function_name = spec.partition(":")
    if not module_name or not function_name:
        raise ValueError(f"{spec!r} names no model: write package.module:function.")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ValueError(f"The model {spec!r} cannot be imported ({error}): check the name, or install it.") from error
    function = getattr(module, function_name, None)
    if not callable(function):
        raise ValueError(f"The module {module_name} has no function {function_name!r}: check the model {spec!r}.")
    model = function()
    if not isinstance(model, CustomModel):
        raise ValueError(
            f"{spec} returned {type(model).__name__}, not a demo.models.custom.CustomModel: see docs/your_model.md."
        )
    return model
