"""Opens what an address names: an example with results that are there already, for the visitor who follows a link."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from demo.clips.clip import Clip
from demo.masks.chosen_clip import choose_clip
from demo.page.services import Services
from demo.page.view_link import ViewLink
from demo.runs.run import Run, trace_stride_of
from demo.runs.run_cache import give_results
from demo.runs.run_key import make_key
from demo.runs.run_setup import RunRequest, checked_variants, objects_to_follow
from demo.runs.session import Session

VIEW = "view"  # kind of the folders of results that a link opened


@dataclass(frozen=True)
class LinkedRuns:
    """Nothing is computed for a link: results come from the cache of finished runs, or from what is shipped."""

    services: Services

    def open(self, session: Session, link: ViewLink) -> str | None:
        """Choose a link's clip; return the name of its results' folder.

        It is empty for those that the example shows anyway. None: they are not there.
        """
        clip = self.services.shelf.clip(link.clip)
        choose_clip(session, clip)
        ready = self.services.ready.of_clip(clip)
        if not link.key and (not link.entries or (ready and _is_of(ready, link))):
            return ""
        entry = self._find(clip, link)
        return self._given(session, clip, entry) if entry else None

    def open_own(self, session: Session, name: str) -> bool:
        """Choose the clip of one of the visitor's own results again; tell whether these are still there."""
        for folder in (*session.folders("run"), *session.folders(VIEW)):
            if folder.name == name:
                with suppress(ValueError):
                    choose_clip(session, Clip.open(Run.open(folder).clip_folder))
                    return True
        return False

    def _find(self, clip: Clip, link: ViewLink) -> Run | None:
        """Return the finished run of a link as the cache has it, None if there is none."""
        answers = self.services.ready.answers
        if link.key:
            entry = answers.cache.find(link.key)
            is_of_clip = entry and make_key(clip, entry.marked_masks(), entry.variants, entry.settings) == entry.key
            return entry if is_of_clip else None
        truth = clip.truth(0)
        assert truth is not None, "an example has exact masks"
        request = RunRequest(clip, {0: truth}, link.entries, link.settings)
        records = checked_variants(link.entries, link.settings, self.services.models)
        return answers.find(request, make_key(clip, request.marked, records, link.settings))

    def _given(self, session: Session, clip: Clip, entry: Run) -> str:
        """Give a visitor the files of a finished run, unless they are there; return the name of their folder."""
        for folder in session.folders(VIEW):
            with suppress(ValueError):
                if Run.open(folder).key == entry.key:
                    return folder.name
        marked = entry.marked_masks()
        folder = session.new_folder(VIEW)
        records, objects, stride = entry.variants, objects_to_follow(marked), trace_stride_of(clip)
        run = Run(folder, clip.folder, objects, records, entry.settings, trace_stride=stride)
        run.save_marked_masks(marked)
        give_results(entry, run).save(answered=False)
        return folder.name


def _is_of(run: Run, link: ViewLink) -> bool:
    return [record.name for record in run.variants] == [*link.entries] and run.settings == link.settings
