"""How the page shows a run that waits, works or has ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from demo import text
from demo.clips.clip import Clip
from demo.page import html
from demo.page.live_run import LiveRuns
from demo.page.player_value import PlayerValue
from demo.page.updates import ResultUpdate, RunUpdate, StartUpdate
from demo.runs.compare import Progress
from demo.runs.job import Place
from demo.runs.run import Run
from demo.runs.session import Session
from demo.runs.shared_run import STOP_FILE


@dataclass
class WatchedRun:
    """A run in its folder, as the visitor who watches it knows it."""

    session: Session
    folder: Path
    live: LiveRuns
    _status: str = ""
    _shown: Progress | None = None

    @property
    def ended(self) -> bool:
        """Whether the run neither waits nor works."""
        place = self.live.place(self.folder)
        return place is None or place.ended

    def news(self) -> RunUpdate | None:
        """Return what changed since the last call, None if nothing did."""
        place = self.live.place(self.folder)
        if place is None or place.ended:
            return None
        if place.state == "waiting":  # many wait, and ask several times a second: nothing is read
            return self._told(_waiting(place), gr.skip())
        try:
            run = place.latest.run if place.latest else Run.open(self.folder)
            clip = Clip.open(run.clip_folder)
        except ValueError:  # cancelled this moment
            return None
        player = gr.skip()
        if place.latest and place.latest != self._shown:
            self._shown, frame = place.latest, place.latest.frame
            player = PlayerValue.of(run, clip, token=self.session.token, name=self.folder.name, latest=frame).to_json()
        return self._told(_at_work(place, run, len(clip)), player)

    def _told(self, status: str, player: Any) -> RunUpdate | None:
        """Return what to change on the page, None if neither is new."""
        if status == self._status and player == gr.skip():
            return None
        self._status = status
        return RunUpdate(status, gr.skip(), player, gr.skip(), gr.skip(), gr.skip())

    def last_words(self) -> str:
        """Return the status line of a run that has ended; empty where its result says all."""
        place = self.live.place(self.folder)
        if place and place.state == "failed":
            return html.notice(place.reason)
        if place and place.state == "cancelled":
            return html.notice(text.RUN_CANCELLED)
        if (self.folder / STOP_FILE).exists() and self.session.over_quota():
            return html.notice(text.STORAGE_FULL if self.session.own_storage_full() else text.RUN_DISK_FULL)
        return ""


def start_update(run: Run, clip: Clip, place: Place[Progress | None] | None) -> StartUpdate:
    """Return how the page looks while a run waits for its first frame: where it stands is told at once."""
    title = text.repairing(clip.title, run.repair.at) if run.repair else text.running(clip.title)
    return StartUpdate(
        watched=run.folder.name,
        status=_waiting(place) if place and place.state == "waiting" else _progress(run, len(clip), None),
        title=f"## {title}",
        player=gr.skip(),
        undo=gr.update(visible=False),
        run=gr.update(visible=False),
        stop=gr.update(value=text.STOP, interactive=True, visible=True),
    )


def settled_update(status: str, result: ResultUpdate) -> RunUpdate:
    """Return how the page looks once a run has ended: a result, and Run on offer again."""
    stop = gr.update(value=text.STOP, interactive=True, visible=False)
    return RunUpdate(status, *result, gr.update(visible=True), stop)


def result_update(session: Session, run: Run | None, link: str) -> ResultUpdate:
    """Return a finished run's title, the player's value, and whether there is a repair to undo.

    `link` is its part of the page's address (`demo.page.view_link`).
    """
    if run is None:
        return ResultUpdate(text.RESULTS_EMPTY, {}, gr.update(visible=False))
    clip = Clip.open(run.clip_folder)
    title = text.results_title(clip.title, run.frames, len(clip), run.state == "stopped")
    if run.answered:
        title += f"\n\n{html.badge(text.ANSWERED)}"
    if run.settings.search_again and not all(record.imported for record in run.variants):
        title += f"\n\n{html.badge(text.SEARCHES_AGAIN)}"
    if run.notes:
        title += f"\n\n{html.notes(run.notes)}"
    value = PlayerValue.of(run, clip, token=session.token, name=run.folder.name, link=link)
    return ResultUpdate(title, value.to_json(), gr.update(visible=bool(run.base)))


def _waiting(place: Place[Progress | None]) -> str:
    """Say which place a run has in the queue."""
    return html.waiting(text.place_in_queue(place.position, place.waiting, place.seconds))


def _at_work(place: Place[Progress | None], run: Run, total: int) -> str:
    """Say how far a run is that has begun."""
    aside = text.turn_of_others(place.seconds) if place.state == "set aside" else ""
    return _progress(run, total, place.latest, aside)


def _progress(run: Run, total: int, latest: Progress | None, aside: str = "") -> str:
    """Show how far a run is; `aside` says that others have their turn."""
    starting = text.STARTING_REPAIR if run.repair else text.STARTING
    left = aside or (text.time_left(latest.seconds_left) if latest else starting)
    if run.repair:
        return html.repair_progress(latest.done if latest else 0.0, left)
    return html.progress(run, total, left)
