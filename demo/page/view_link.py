"""The part of the page's address that names the comparison on show (the rest: demo/components/shared/address.js)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from demo.clips.clip import Clip
from demo.clips.examples import ExampleShelf
from demo.models.settings import Settings
from demo.page.choice import Choice, in_page_order
from demo.runs.run import Run
from demo.runs.run_cache import KEY
from llb.types import Labels


@dataclass(frozen=True)
class ViewLink:
    """A comparison on an example, as an address names it.

    Attributes:
        clip: the example's name.
        entries: models and knock-outs in the page's order; none are those that the example is shown with.
        settings: of the run.
        key: of a run whose objects the visitor has marked (`demo.runs.run_key`); empty for the example's own marks.
    """

    clip: str
    entries: tuple[str, ...] = ()
    settings: Settings = Settings()
    key: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str], examples: Collection[str], able: Iterable[str]) -> ViewLink | None:
        """Read the query of an address, None if it names no clip.

        Raises:
            ValueError: there is no such example, or a model, knock-out or value that the page does not offer.
        """
        if "clip" not in query:
            return None
        clip, key = query["clip"], query.get("run", "")
        if clip not in examples:
            raise ValueError(f"This address names the clip {clip!r}, which is not here: choose one of those below.")
        if key and not KEY.fullmatch(key):
            raise ValueError("This address names a run in a form that no run has: ask for the link again.")
        able = list(able)
        chosen = Choice.from_link(query, able)
        if chosen is None:
            return cls(clip, key=key)
        return cls(clip, tuple(in_page_order(chosen.entries, able)), chosen.settings, key)

    def query(self) -> str:
        """Write it as the query of an address; what has its default is left out."""
        default, settings = Settings(), self.settings
        entries = {"clip": self.clip, "models": ",".join(self.entries)}
        if self.key:
            entries["run"] = self.key
        for name, field in (("memory", "memory_size"), ("interval", "interval"), ("steps", "steps_first")):
            if getattr(settings, field) != getattr(default, field):
                entries[name] = str(getattr(settings, field))
        if settings.search_factor:
            entries["search"] = f"{settings.search_factor:g}"
        if not settings.shared_regions:
            entries["shared"] = "false"
        if settings.search_again:
            entries["again"] = "true"
        return urlencode(entries, safe="/,~")


def link_to(run: Run, shelf: ExampleShelf) -> str:
    """Return the query of a finished run's address; empty if it has none.

    It has one if its clip is an example and it is no repair, which could not be had a second time, nor holds masks of
    other programs.
    """
    clip = Clip.open(run.clip_folder)
    if any(record.imported for record in run.variants):
        return ""
    if run.state != "done" or run.base or not shelf.has(clip):
        return ""
    is_truth = marks_are_truth(clip, run.marked_masks())
    if not is_truth and not run.key:
        return ""
    key = "" if is_truth else run.key
    return ViewLink(clip.folder.name, tuple(record.name for record in run.variants), run.settings, key).query()


def marks_are_truth(clip: Clip, marked: Mapping[int, Labels]) -> bool:
    """Tell whether the exact mask of the first frame is all that is marked."""
    truth = clip.truth(0)
    return set(marked) == {0} and truth is not None and np.array_equal(marked[0], truth)
