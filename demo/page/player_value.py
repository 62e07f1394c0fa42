"""What the player component is given of a run; pictures and figures it fetches by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from demo import result_text, text
from demo.clips.clip import Clip
from demo.page.frame_chunks import MOST
from demo.page.story import ToldStory, most_different, tell
from demo.runs.file_address import address_of
from demo.runs.frame_stats import FrameStats
from demo.runs.run import Run, VariantRecord
from demo.screen_colours import object_colour


@dataclass(frozen=True)
class PlayerVariant:
    """A model's pane: `done` are the frames that can be shown; `imported` tells masks of another program."""

    name: str
    title: str
    badge: str
    difference: str
    done: int
    pace: str
    imported: bool

    @classmethod
    def of(cls, run: Run, record: VariantRecord) -> PlayerVariant:
        """Describe one model of a run."""
        return cls(
            name=record.name,
            title=record.title,
            badge=_badge(record),
            difference=record.difference,
            done=record.frames,
            pace=text.pace(record.seconds_per_frame, record.overlap, run.in_company, run.is_scored),
            imported=record.imported,
        )


@dataclass(frozen=True)
class PlayerObject:
    """An object: its number, its colour (0..255 each) and the visitor's name for it, if any."""

    id: int
    rgb: tuple[int, int, int]
    name: str


@dataclass(frozen=True)
class PlayerValue:
    """The value of the player component.

    Attributes:
        token: of the visitor's session.
        run: the name by which the player's questions call the run.
        stamp: tells runs apart: another one, another stamp.
        state: ``running`` or ``finished``.
        title: of the clip.
        total: frames of the clip.
        times: of the frames, in seconds.
        width: of the clip, in pixels.
        height: of the clip, in pixels.
        chunk: most frames in one answer.
        previews: address of the frames' chunks (`demo.page.frame_chunks`).
        labels: address of the chunks of all models' labels; another one once the run has ended.
        truth: address of the exact masks' chunks; empty without them.
        objects: in the order of their numbers.
        latest: the frame to show first, or the one just done; of a finished run the one that it opens at or that its
            story is about, else the one where the models differ most.
        worst: whether that is the worst frame of results.
        story: what is told of that frame; None if there is nothing.
        repairs: whether this is a repair of an earlier run.
        rewrites: whether labels of finished frames may still be replaced.
        variants: the models in the order of their panes.
        channels: of E1; 0 as long as nothing is stored.
        shown_object: the object that the inside shows first: one with something to show at `latest`, if there is any.
        link: the run's part of the page's address (`demo.page.view_link`); empty if it has none.
    """

    token: str
    run: str
    stamp: str
    state: str
    title: str
    total: int
    times: tuple[float, ...]
    width: int
    height: int
    chunk: int
    previews: str
    labels: str
    truth: str
    objects: tuple[PlayerObject, ...]
    latest: int
    worst: bool
    story: ToldStory | None
    repairs: bool
    rewrites: bool
    variants: tuple[PlayerVariant, ...]
    channels: int
    shown_object: int
    link: str

    @classmethod
    def of(
        cls, run: Run, clip: Clip, *, token: str, name: str, latest: int | None = None, link: str = ""
    ) -> PlayerValue:
        """Describe a run; `name` is what the player's questions call it, `latest` the frame that was just done."""
        story = None
        if latest is None:
            series = run.frame_stats()[: run.frames]
            story = tell(clip, series) if run.opens_at is None else None
            latest = run.repair.at if run.repair else story.frame if story else _first_shown(run, series)
        return cls(
            token=token,
            run=name,
            stamp=address_of(run.folder),
            state="running" if run.state == "running" else "finished",
            title=clip.title,
            total=len(clip),
            times=clip.times,
            width=clip.width,
            height=clip.height,
            chunk=MOST,
            previews=address_of(clip.folder / "previews"),
            labels=address_of(run.folder / "labels" / run.state),
            truth=address_of(clip.folder / "truth") if clip.has_truth else "",
            objects=_objects(run),
            latest=latest,
            worst=run.opens_at is not None,
            story=story,
            repairs=bool(run.repair),
            rewrites=run.rewrites,
            variants=tuple(PlayerVariant.of(run, record) for record in run.variants),
            channels=_channels(run),
            shown_object=_shown_object(run, latest),
            link=link,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON."""
        return asdict(self)


def _badge(record: VariantRecord) -> str:
    if record.imported:
        return result_text.IMPORTED_BADGE
    return text.KNOCK_OUT_BADGE if record.is_knock_out else ""


def _objects(run: Run) -> tuple[PlayerObject, ...]:
    return tuple(PlayerObject(target, object_colour(target), run.names.get(target, "")) for target in run.objects)


def _first_shown(run: Run, series: Sequence[FrameStats]) -> int:
    """Return the frame that a run opens at, else the one where the models differ most."""
    return most_different(run, series) if run.opens_at is None else run.opens_at


def _shown_object(run: Run, index: int) -> int:
    """Return the first object of which a model keeps something at a frame; the first of all if there is none."""
    folders = [run.traces(record.name) for record in run.variants]
    for target in run.objects if run.state != "running" else ():  # the inside is shown of finished runs
        found = (traces.read(traces.stored_frame(index), target) for traces in folders)
        if any(trace and trace.features for trace in found):
            return target
    return run.objects[0]


def _channels(run: Run) -> int:
    """Return how many channels E1 has; 0 as long as nothing is stored."""
    for traces in (run.traces(record.name) for record in run.variants):
        for index in traces.frames():
            for target in run.objects:
                trace = traces.read(index, target)
                if trace and trace.features:
                    return len(trace.features["value"])
    return 0
