"""What a visitor chose to run, as the page's components hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from demo.json_values import to_number, to_real, to_text
from demo.models.settings import KNOCK_OUTS, Settings, entry_name, settings_from, split_entry
from demo.runs.ready_runs import GREETING


class Choice(NamedTuple):
    """The values of the components that say what is run, in the components' order (`demo.page.events.Steps`).

    Numbers come as the browser sends them; a `search_factor` of 0 means each model's own.
    """

    models: list[str]
    knock_outs: list[str]
    memory_size: float
    interval: float
    steps_first: float
    search_factor: float
    shared_regions: bool
    search_again: bool

    @classmethod
    def of(cls, entries: Iterable[str], settings: Settings) -> Choice:
        """Lay entries (`demo.models.settings.entry_name`) and settings out for the components."""
        entries = list(entries)
        models = [name for name in entries if not split_entry(name)[1]]
        return cls(
            models,
            [name for name in entries if name not in models],
            settings.memory_size,
            settings.interval,
            settings.steps_first,
            settings.search_factor or 0,
            settings.shared_regions,
            settings.search_again,
        )

    @classmethod
    def from_link(cls, query: Mapping[str, str], able: Iterable[str]) -> Choice | None:
        """Read the query of a link that the page made, None if it names no models; `able` are those that can run.

        Raises:
            ValueError: a value cannot be read, or the page offers no such model, knock-out or value.
        """
        if "models" not in query:
            return None
        able = list(able)
        offered = [*able, *knock_outs_of(able)]
        entries = list(dict.fromkeys(filter(None, query["models"].split(","))))
        for name in entries:
            if name not in offered:
                raise ValueError(f"This link names {name!r}, which cannot run here: choose the models by hand.")
        return cls.of(entries, settings_from(query))

    @property
    def entries(self) -> list[str]:
        """Models, then knock-outs, in the order of their columns. Raise ValueError for no list of different names."""
        if not isinstance(self.models, list) or not isinstance(self.knock_outs, list):
            raise ValueError("The models have to be a list of names: give one.")
        names = [to_text(name, "Each model") for name in (*self.models, *self.knock_outs)]
        if len(set(names)) < len(names):
            raise ValueError("A model is named twice: name each once.")
        return names

    @property
    def settings(self) -> Settings:
        """The settings of a run, unchecked for their ranges. Raise ValueError for what is no number."""
        return Settings(
            to_number(self.memory_size, "memory_size"),
            to_number(self.interval, "interval"),
            to_number(self.steps_first, "steps_first"),
            to_real(self.search_factor, "search_factor") or None,
            bool(self.shared_regions),
            bool(self.search_again),
        )


def in_page_order(entries: Iterable[str], able: Iterable[str]) -> list[str]:
    """Return entries in one order, however they were ticked: the same choice is the same question.

    `GREETING`'s first model leads the others where regions are shared, then they come as they are listed.
    """
    models = list(able)
    order = list(dict.fromkeys((GREETING[0], *models, *knock_outs_of(models))))
    return sorted(entries, key=lambda name: order.index(name) if name in order else len(order))


def knock_outs_of(able: Iterable[str]) -> list[str]:
    """Return the knock-outs that the page offers: all of LLB, if it can run."""
    whole = GREETING[0]
    return [entry_name(whole, part) for part in KNOCK_OUTS] if whole in able else []
