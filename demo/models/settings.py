"""What a visitor may set for a run, the knock-outs (each a change to a trained model at inference), and their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from llb.config import RANGES, SCALES, VARIANTS, InferenceConfig
from llb.model.interventions import KnockOut

DEFAULTS = InferenceConfig()
KNOCK_OUT_SEPARATOR = "~"  # between a model's name and the knock-out's
LONG_SUFFIX = "-long"  # ends the name of weights that were trained longer, with larger crops


@dataclass(frozen=True)
class Offered:
    """The values of a setting that the page offers: `low` to `high`, both included, in steps.

    With `own`, 0 is offered too: each model's own value.
    """

    low: float
    high: float
    step: float = 1
    own: bool = False

    def values(self) -> list[float]:
        """Return all of them in order."""
        count = round((self.high - self.low) / self.step) + 1
        return [0] * self.own + [self.low + number * self.step for number in range(count)]

    def __str__(self) -> str:
        steps = "" if self.step == 1 else f" in steps of {self.step:g}"
        return f"{'0 or ' if self.own else ''}{self.low:g} to {self.high:g}{steps}"


OFFERED = {  # by the names in links; the engine takes wider ranges
    "memory": Offered(RANGES["memory_size"].low, 50),
    "interval": Offered(RANGES["interval"].low, 20),
    "steps": Offered(RANGES["steps_first"].low, 40),
    "search": Offered(RANGES["search_factor"].low, 8, 0.5, own=True),
}


@dataclass(frozen=True)
class Settings:
    """Settings of a run; the defaults are the paper's.

    With `shared_regions` all models crop where the first one does, and look for a lost object where it looks.
    """

    memory_size: int = DEFAULTS.memory_size
    interval: int = DEFAULTS.interval
    steps_first: int = DEFAULTS.steps_first
    search_factor: float | None = None
    shared_regions: bool = True
    search_again: bool = False

    def config(self) -> InferenceConfig:
        """Return the engine's settings; raise ValueError for a value out of range."""
        return InferenceConfig(
            self.memory_size,
            self.interval,
            self.steps_first,
            search_factor=self.search_factor,
            search_again=self.search_again,
        )


@dataclass(frozen=True)
class KnockOutEffect:
    """What a knock-out does: the part of the fusion that it switches off, or the settings that it overrides."""

    part: KnockOut | None = None
    memory_size: int | None = None
    steps_update: int | None = None

    def apply(self, config: InferenceConfig) -> InferenceConfig:
        """Return the engine's settings with those of the knock-out."""
        memory_size = config.memory_size if self.memory_size is None else self.memory_size
        steps_update = config.steps_update if self.steps_update is None else self.steps_update
        return replace(config, memory_size=memory_size, steps_update=steps_update)


KNOCK_OUTS: dict[str, KnockOutEffect] = {
    "gates": KnockOutEffect("gates"),
    "only-e1": KnockOutEffect("induction"),
    "only-e2": KnockOutEffect("transduction"),
    "tau-frozen": KnockOutEffect(steps_update=0),
    "memory-1": KnockOutEffect(memory_size=1),
}


def settings_from(query: Mapping[str, str]) -> Settings:
    """Return the settings that a link's query names; what it leaves out has its default.

    Raises:
        ValueError: a value cannot be read, or the page does not offer it (`OFFERED`).
    """
    return Settings(
        int(_number(query, "memory", DEFAULTS.memory_size)),
        int(_number(query, "interval", DEFAULTS.interval)),
        int(_number(query, "steps", DEFAULTS.steps_first)),
        _number(query, "search", 0) or None,
        query.get("shared", "true") == "true",
        query.get("again", "false") == "true",
    )


def _number(query: Mapping[str, str], name: str, default: float) -> float:
    """Read a setting from a link's query; raise ValueError if it cannot be read or is not offered."""
    offered, written = OFFERED[name], query.get(name, str(default))
    try:
        value = float(written) if offered.step < 1 else int(written)
    except ValueError as error:
        raise ValueError("A value in this link is not a number: ask for the link again.") from error
    if value not in offered.values():
        raise ValueError(f"This link sets {name} to {written}: the page offers {offered}, choose by hand.")
    return value


def entry_name(model: str, knock_out: str = "") -> str:
    """Return the name under which a model, or a knock-out of it, stands in a run."""
    return f"{model}{KNOCK_OUT_SEPARATOR}{knock_out}" if knock_out else model


def split_entry(name: str) -> tuple[str, str]:
    """Return the model's name and the knock-out's, which is empty for the model as trained.

    Raises:
        ValueError: there is no such knock-out.
    """
    model, _, knock_out = name.partition(KNOCK_OUT_SEPARATOR)
    if knock_out and knock_out not in KNOCK_OUTS:
        raise ValueError(f"There is no knock-out {knock_out!r}: choose one of {', '.join(KNOCK_OUTS)}.")
    return model, knock_out


def with_leads(entries: Iterable[str]) -> list[tuple[str, str]]:
    """Return each entry of a run with the one whose search regions it takes where regions are shared.

    That is the first of the family, for those with crops of its size; the others have regions of their own. A model of
    another kind has none.
    """
    entries = list(entries)
    lead = next((entry for entry in entries if variant_of(entry)), "")

    def lead_of(entry: str) -> str:
        if not variant_of(entry):
            return ""
        return lead if _crops(entry) == _crops(lead) else entry

    return [(entry, lead_of(entry)) for entry in entries]


def _crops(name: str) -> tuple[str, bool]:
    """Return what the size of an entry's crops goes by."""
    model = split_entry(name)[0]
    return model.partition("/")[0], model.endswith(LONG_SUFFIX)


def variant_of(name: str) -> str | None:
    """Return the variant of an entry (``lite/llb-long``, ``lite/llb~gates``: ``llb``); None for a model of its own."""
    scale, _, variant = split_entry(name)[0].removesuffix(LONG_SUFFIX).partition("/")
    return variant if scale in SCALES and variant in VARIANTS else None
