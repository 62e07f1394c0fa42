"""What Run would do with what is chosen: with which models, and how long it would take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demo import text
from demo.masks.annotations import Annotations
from demo.masks.chosen_clip import chosen_clip
from demo.page.choice import Choice, in_page_order
from demo.page.services import Services
from demo.runs.passes import marked_objects, whole_clip
from demo.runs.price import Workload
from demo.runs.run_key import make_key
from demo.runs.run_setup import RunRequest, able_models, checked_variants, objects_to_follow
from demo.runs.session import Session

CLIPS, MASKS, MODELS = "examples", "mask-canvas", "model-grid"  # ids of the parts of the page


@dataclass(frozen=True)
class Plan:
    """The titles of the models, and in a few words how long they would take, or what is missing.

    `place` is the id of the part of the page where that is changed; empty if nothing is missing.
    """

    titles: Sequence[str]
    outlook: str
    place: str = ""

    @classmethod
    def of(cls, services: Services, session: Session, choice: Choice) -> Plan:
        """Look ahead at a run; nothing is written or begun."""
        try:
            entries = in_page_order(choice.entries, able_models(services.models))
            records = checked_variants(entries, choice.settings, services.models)
        except ValueError as error:
            return cls((), str(error), MODELS)
        titles, place = [record.title for record in records], CLIPS
        try:
            clip, place = chosen_clip(session), MASKS
            request = RunRequest(clip, Annotations.of(session, clip).all(), entries, choice.settings)
            objects_to_follow(request.marked)
            place = MODELS
            if _is_answered(services, request):
                return cls(titles, text.READY_ANSWER)
            load = Workload.of(entries, whole_clip(marked_objects(request.marked), len(clip)))
            services.live.prices.check(load)
        except ValueError as error:
            return cls(titles, str(error), place)
        return cls(titles, text.duration(services.live.prices.seconds(load)))


def _is_answered(services: Services, request: RunRequest) -> bool:
    """Tell whether a run would be answered from disk."""
    answers = services.live.answers
    if answers is None:
        return False
    if answers.has_shipped(request):
        return True
    records = checked_variants(request.entries, request.settings, services.models)
    return answers.cache.find(make_key(request.clip, request.marked, records, request.settings)) is not None
